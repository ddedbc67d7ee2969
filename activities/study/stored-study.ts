/**
 * A study as the store alone knows it.
 *
 * @module
 */
import type { StudyStatus } from '../../workflows/words/progress';
import type { ObjectStore } from '../storage/object-store';
import { readChanges } from './changes-record';
import type { ChangesRecord } from './changes-record';
import type { DecisionRecord } from './decision-record';
import { openingIn, openingKey, studyIds } from './opening';
import type { StudyOpening } from './opening';
import { unseal } from './sealed';
import { runPrefix } from './study-keys';
import { decidedBy, publishedBy, runsOf } from './study-runs';

export interface StoredStudy {
  readonly opening: StudyOpening;
  /** Of the leading stages that this run of the study has decided, in their order. */
  readonly decided: readonly DecisionRecord[];
  /** What people had changed of it, newer than what the decisions say; absent where nobody had. */
  readonly changes?: ChangesRecord;
  /** How it ended; undefined for a study that has not, as far as the store knows. */
  readonly ended: Extract<StudyStatus, 'completed' | 'cancelled' | 'failed'> | undefined;
}

/** The store knows too little of this study. */
export class StudyUnknown extends Error {
  override readonly name = 'StudyUnknown';
}

/**
 * @param studyRun Which run of the name; default: the newest, which may have to be recovered.
 * @throws StudyUnknown, StudyInvalid
 */
export async function readStudy(store: ObjectStore, studyId: string, studyRun?: string): Promise<StoredStudy> {
  const newest = await unseal(store, openingKey(studyId));
  const isNewest = studyRun === undefined || openingIn(newest)?.studyRun === studyRun;
  const found = isNewest ? newest : await unseal(store, `${runPrefix(studyId, studyRun)}opening.json`);
  const opening = openingIn(found);
  if (opening === undefined) {
    const isMissing = 'problem' in found && found.problem === 'missing';
    throw isNewest ? await unknownStudy(store, studyId, isMissing) : await unknownRun(store, studyId, studyRun);
  }
  const decided: DecisionRecord[] = [];
  for (const { stageId } of opening.study.stages) {
    const record = await decidedBy(store, { studyId, studyRun: opening.studyRun, stageId });
    if (record === undefined) break;
    decided.push(record);
  }
  const changes = await readChanges(store, studyId, opening.studyRun);
  return { opening, decided, ...(changes && { changes }), ended: await endOf(store, opening) };
}

/** Names of the studies that have begun and not ended, as far as the store knows. */
export async function unfinishedStudies(store: ObjectStore): Promise<readonly string[]> {
  const names: string[] = [];
  for (const studyId of await studyIds(store)) {
    const opening = openingIn(await unseal(store, openingKey(studyId)));
    if (opening !== undefined && (await endOf(store, opening)) === undefined) names.push(studyId);
  }
  return names;
}

async function endOf(store: ObjectStore, { studyId, studyRun }: StudyOpening): Promise<StoredStudy['ended']> {
  const status = (await publishedBy(store, studyId, studyRun))?.progress.status;
  return status === 'completed' || status === 'cancelled' || status === 'failed' ? status : undefined;
}

async function unknownRun(store: ObjectStore, studyId: string, studyRun: string): Promise<StudyUnknown> {
  const runs = await runsOf(store, studyId);
  const others = runs.length === 0 ? 'it has none but the newest' : `beside the newest it has ${runs.join(', ')}`;
  return new StudyUnknown(`there is no run ${studyRun} of study ${studyId} in ${store.uri}; ${others}`);
}

async function unknownStudy(store: ObjectStore, studyId: string, missing: boolean): Promise<StudyUnknown> {
  const names = await studyIds(store);
  if (!missing)
    return new StudyUnknown(
      `the opening record of study ${studyId} is damaged [key=${openingKey(studyId)}]; start the study anew with stepwell run, which reuses its trials`,
    );
  const others = names.length === 0 ? 'it has no study yet' : `it has ${names.join(', ')}`;
  return new StudyUnknown(`there is no study ${studyId} in ${store.uri}; ${others}`);
}
