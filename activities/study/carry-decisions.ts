import type { CarriedDecisions } from '../../workflows/words/study';
import type { ObjectStore } from '../storage/object-store';
import { writeDecision } from './decision-record';
import { decidedBy } from './study-runs';

/**
 * Copies the decisions that a study takes over into its own place, with their evidence: the study it took them from may
 * go, or decide anew. Their trials cost this study nothing, so they count as reused.
 */
export async function carryDecisions(
  store: ObjectStore,
  {
    studyId,
    studyRun,
    carried,
  }: { readonly studyId: string; readonly studyRun: string; readonly carried: CarriedDecisions },
): Promise<void> {
  const { origin, decisions } = carried;
  for (const decision of decisions) {
    const { stageId } = decision;
    const kept = await decidedBy(store, { studyId: origin.studyId, studyRun: carried.studyRun, stageId });
    const trials = (kept?.trials ?? []).map((trial) => ({ ...trial, reused: true }));
    await writeDecision(store, studyId, { decision: kept?.decision ?? decision, trials, studyRun });
  }
}
