import type { Decision } from '../../workflows/stages/stage';
import type { RecordDecisionInput, StudyActivities } from '../../workflows/words/contract';
import { withInsights } from '../insights';
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
  const decision = drawn(own.decision, stored.trials);
  await writeDecision(store, studyId, { ...own, decision, trials: [...stored.summaries, ...own.trials] });
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
