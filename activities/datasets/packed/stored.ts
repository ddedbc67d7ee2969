import type { PinnedDataset } from '../../../workflows/words/study';
import { sha256Of } from '../../content-hash';
import type { ObjectStore } from '../../storage/object-store';
import { manifestKey, packedFiles, packedManifestSchema } from './packed';

/** Whether the store has a packed data set with all its files, by their sizes. */
export async function isStored(store: ObjectStore, { sha256 }: Pick<PinnedDataset, 'sha256'>): Promise<boolean> {
  const key = manifestKey(sha256);
  const manifest = await store.get(key);
  if (manifest === undefined || sha256Of(manifest.bytes) !== sha256) return false;
  const prefix = key.replace('manifest.json', '');
  const present = new Map((await store.list(prefix)).map((object) => [object.key, object.bytes]));
  const { data } = packedManifestSchema.safeParse(JSON.parse(Buffer.from(manifest.bytes).toString('utf8')));
  return data !== undefined && packedFiles(data).every(({ file, bytes }) => present.get(`${prefix}${file}`) === bytes);
}
