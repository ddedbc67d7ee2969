import type { Decision } from '../../workflows/stages/stage';
import { studyWorkflowId } from '../../workflows/words/contract';
import type { RecordDecisionInput, StudyActivities } from '../../workflows/words/contract';
import { CONCURRENT_MAX, forEachConcurrently } from '../concurrency';
import { withInsights } from '../insights';
import { giveUpWeights } from '../ledger/give-up-weights';
import type { ObjectStore } from '../storage/object-store';
import { writeDecision } from './decision-record';
import { heartbeating, telling } from './heartbeating';
import { storedTrials } from './trial-pages';

/** @returns The `recordDecision` activity on this store. Writing twice writes the same. */
export function createRecordDecision(store: ObjectStore): StudyActivities['recordDecision'] {
  return (input) => heartbeating((onMoved, signal) => record(telling(store, onMoved, signal), input));
}

async function record(
  store: ObjectStore,
  { studyId, pages = 0, ...own }: RecordDecisionInput,
): Promise<readonly string[]> {
  const {
    studyRun = '',
    decision: { stageId },
  } = own;
  const stored = await storedTrials(store, { studyId, studyRun, stageId }, pages);
  const { keepsWeightsOf, ...answer } = own.decision;
  const decision = drawn(answer, stored.trials);
  const trials = [...stored.summaries, ...own.trials];
  await writeDecision(store, studyId, { ...own, decision, trials });
  // Once the decision is kept: one that is lost is made anew, from the same trials.
  if (keepsWeightsOf !== undefined) {
    const kept = new Set(trials.filter(({ trialId }) => keepsWeightsOf.includes(trialId)).map(({ hash }) => hash));
    const others = new Set(trials.flatMap(({ hash }) => (hash === null || kept.has(hash) ? [] : hash)));
    const by = { workflowId: studyWorkflowId(studyId), studyRun };
    await forEachConcurrently(others, CONCURRENT_MAX, (hash) => giveUpWeights(store, hash, by));
  }
  return decision.evidence.warnings;
}

/** What decides nothing holds nothing up: a fault in it is told with the decision. */
function drawn(decision: Decision, stored: Parameters<typeof withInsights>[1]): Decision {
  try {
    return withInsights(decision, stored);
  } catch (error) {
    const { insights: _, evidence, ...answer } = decision;
    const problem = `its insights could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
    return { ...answer, evidence: { ...evidence, warnings: [...evidence.warnings, problem] } };
  }
}
