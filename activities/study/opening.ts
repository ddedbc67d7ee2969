/**
 * What the store knows of a study from its first minute on: what was asked, what it was resolved to, and whose it is.
 * With the decisions and the trials it is all that a study needs to be begun again where it was.
 *
 * @module
 */
import type { ResolvedStudy, StudyOrigin } from '../../workflows/words/study';
import type { ObjectStore } from '../storage/object-store';
import { seal } from './sealed';
import type { Unsealed } from './sealed';
import { studyKey } from './study-keys';

/** Goes up whenever an older reader would misread the record. */
const FORMAT = 'stepwell-study/1';

export interface StudyOpening {
  readonly studyId: string;
  readonly studyRun: string;
  /** As a person wrote it, but for the data set's absolute address. */
  readonly asked: unknown;
  readonly study: ResolvedStudy;
  readonly fresh?: string;
  readonly origins?: readonly StudyOrigin[];
}

export const openingKey = (studyId: string): string => studyKey(studyId, 'opening.json');

export async function writeOpening(store: ObjectStore, opening: StudyOpening): Promise<void> {
  await store.put(openingKey(opening.studyId), seal({ format: FORMAT, ...opening }));
}

/** The opening in what was read; only this code writes it, so its form is known by its format. */
export function openingIn(unsealed: Unsealed): StudyOpening | undefined {
  if (!('value' in unsealed)) return undefined;
  const { format, ...opening } = unsealed.value as { readonly format?: unknown } & StudyOpening;
  return format === FORMAT ? opening : undefined;
}

/** Names of the studies that have anything in the store, in order. */
export async function studyIds(store: ObjectStore): Promise<readonly string[]> {
  const objects = await store.list('studies/');
  return [...new Set(objects.map(({ key }) => key.split('/')[1] ?? '').filter((name) => name !== ''))].sort();
}
