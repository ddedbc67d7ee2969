import type { ObjectStore } from '../storage/object-store';
import { DatasetInvalid } from './errors';
import type { Source, SourceAccess } from './source';

const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** The objects below a prefix of a bucket. @throws DatasetInvalid if the address is none, or no bucket may be opened. */
export function bucketSource(uri: string, openBucket: SourceAccess['openBucket']): Source {
  const [, bucket, path = ''] = ADDRESS.exec(uri) ?? [];
  if (bucket === undefined) throw new DatasetInvalid(`dataset.uri must be s3://bucket/prefix, got ${uri}`);
  if (openBucket === undefined) throw new DatasetInvalid(`dataset.uri is s3://, which this worker cannot read, got ${uri}; use file://`);
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  const store = openBucket({ bucket, prefix });
  return {
    uri,
    list: (folder) => listFolder(store, folder === undefined ? '' : `${folder}/`),
    bytes: async (name) => (await store.head(name) ?? missing(uri, name)).bytes,
    async *open(name) {
      yield (await store.get(name) ?? missing(uri, name)).bytes;
    },
  };
}

async function listFolder(store: ObjectStore, folder: string): Promise<readonly string[]> {
  const objects = await store.list(folder);
  return objects.map(({ key }) => key.slice(folder.length)).filter((name) => name !== '' && !name.includes('/')).sort();
}

function missing(uri: string, name: string): never {
  throw new DatasetInvalid(`data set file went away while it was read [uri=${uri}, file=${name}]`);
}
