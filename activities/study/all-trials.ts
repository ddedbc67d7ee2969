import type { StageProgress, StudyRecord } from '../../workflows/words/progress';
import type { ObjectStore } from '../storage/object-store';
import { readDecision } from './decision-record';
import { storedTrials } from './trial-pages';

/** Whether the store has trials of a study that the record, as its workflow gave it, has not. */
export function lacksTrials({ progress }: StudyRecord): boolean {
  return progress.stages.some(({ pages, trialsLeftOut }) => pages !== undefined || trialsLeftOut !== undefined);
}

/**
 * The record with all trials of long stages, of which the workflow itself has only some.
 * @throws StorageDenied, StorageUnavailable
 */
export async function withAllTrials(store: ObjectStore, record: StudyRecord): Promise<StudyRecord> {
  const { studyId, studyRun = '', progress } = record;
  const stages = progress.stages.map(async ({ pages = 0, trialsLeftOut, ...stage }): Promise<StageProgress> => {
    const { stageId, trials } = stage;
    if (trialsLeftOut === undefined) {
      const { summaries } = await storedTrials(store, { studyId, studyRun, stageId }, pages);
      return { ...stage, trials: [...summaries, ...trials] };
    }
    const decided = await readDecision(store, studyId, stageId);
    return decided !== undefined && decided.studyRun === record.studyRun
      ? { ...stage, trials: decided.trials }
      : { ...stage, trialsLeftOut };
  });
  return { ...record, progress: { ...progress, stages: await Promise.all(stages) } };
}
