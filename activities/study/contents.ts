/**
 * The table of contents of what a study has published, by hashes: files that other programs read have no place for a
 * hash of their own.
 *
 * @module
 */
import type { ObjectRef } from '../../workflows/words/outcome';
import type { ObjectStore } from '../storage/object-store';
import { seal } from './sealed';
import type { Unsealed } from './sealed';

/** @param place Of what is published, e.g. `studies/digits/`. */
export const contentsKey = (place: string): string => `${place}contents.json`;

/** What a table of contents lists; `undefined` where it cannot be read. Only this code writes it. */
export function contentsIn(unsealed: Unsealed): readonly ObjectRef[] | undefined {
  return 'value' in unsealed ? (unsealed.value as { readonly files: readonly ObjectRef[] }).files : undefined;
}

/** Notes the record, the report and the model of a place as they are now. */
export async function writeContents(store: ObjectStore, place: string): Promise<void> {
  const model = await store.list(`${place}model/`);
  const keys = [`${place}study.json`, `${place}report.html`, ...model.map(({ key }) => key)];
  const files: ObjectRef[] = [];
  for (const key of keys) {
    const found = await store.getFile(key, null);
    if (found !== undefined) files.push({ key, sha256: found.sha256, bytes: found.bytes });
  }
  await store.put(contentsKey(place), seal({ files }));
}
