/**
 * An exported model brought from a store to a local folder.
 *
 * @module
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectRef } from '../../workflows/words/outcome';
import { problemOf } from '../storage/files';
import type { ObjectStore } from '../storage/object-store';
import { contentsIn, contentsKey } from '../study/contents';
import { unseal } from '../study/sealed';
import { studyKey } from '../study/study-keys';
import { MODEL_CARD, ModelUnreadable } from './exported-model';

/** What of an export answers. */
const NEEDED = /^(model-card\.json|saved_model\/.+)$/;

/**
 * Brings the model that a study has published; each file is checked against the hash that the study noted.
 *
 * @throws ModelUnreadable where it has none, or not what it published.
 */
export async function fetchStudyModel(store: ObjectStore, studyId: string, folder: string): Promise<void> {
  const place = studyKey(studyId, '');
  await fetchModel(store, `${place}model/`, folder, {
    contents: contentsIn(await unseal(store, contentsKey(place))) ?? [],
    missing: `study ${studyId} has no model in ${store.uri}: a study publishes one when its final training has ended; see stepwell list`,
  });
}

/** Brings the model below a store's own prefix. @throws ModelUnreadable where there is none. */
export async function fetchModelAt(store: ObjectStore, folder: string): Promise<void> {
  await fetchModel(store, '', folder, { contents: [], missing: `there is no ${MODEL_CARD} in ${store.uri}` });
}

async function fetchModel(
  store: ObjectStore,
  prefix: string,
  folder: string,
  { contents, missing }: { readonly contents: readonly ObjectRef[]; readonly missing: string },
): Promise<void> {
  const files = (await store.list(prefix)).map(({ key }) => key.slice(prefix.length));
  if (!files.includes(MODEL_CARD)) throw new ModelUnreadable(missing);
  for (const name of files.filter((file) => NEEDED.test(file) && !file.split('/').includes('..'))) {
    const target = path.join(folder, name);
    await mkdir(path.dirname(target), { recursive: true });
    const found = await store.getFile(`${prefix}${name}`, target);
    const noted = contents.find(({ key }) => key === `${prefix}${name}`);
    const problem = noted && problemOf(found, noted);
    if (problem !== undefined)
      throw new ModelUnreadable(`${store.uri}${prefix}${name} is not as it was published: ${problem}`);
  }
}
