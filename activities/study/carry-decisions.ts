import type { CarriedDecisions } from '../../workflows/words/study';
import type { ObjectStore } from '../storage/object-store';
import { readDecision, writeDecision } from './decision-record';

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
    const kept = await readDecision(store, origin.studyId, decision.stageId);
    // Evidence of another answer than the one taken over, as of a study that has decided anew since, is none.
    const isSame = kept !== undefined && kept.decision.because === decision.because;
    const trials = isSame ? kept.trials.map((trial) => ({ ...trial, reused: true })) : [];
    await writeDecision(store, studyId, { decision: isSame ? kept.decision : decision, trials, studyRun });
  }
}
