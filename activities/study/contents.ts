/**
 * The table of contents of what a study has published, by hashes: files that other programs read have no place for a
 * hash of their own.
 *
 * @module
 */
import type { ObjectRef } from '../../workflows/words/outcome';
import type { ObjectStore } from '../storage/object-store';
import { seal } from './sealed';
import { studyKey } from './study-keys';

export const contentsKey = (studyId: string): string => studyKey(studyId, 'contents.json');

/** Notes the record, the report and the model as they are now. */
export async function writeContents(store: ObjectStore, studyId: string): Promise<void> {
  const model = await store.list(studyKey(studyId, 'model/'));
  const keys = [studyKey(studyId, 'study.json'), studyKey(studyId, 'report.html'), ...model.map(({ key }) => key)];
  const files: ObjectRef[] = [];
  for (const key of keys) {
    const found = await store.getFile(key, null);
    if (found !== undefined) files.push({ key, ...found });
  }
  await store.put(contentsKey(studyId), seal({ files }));
}
