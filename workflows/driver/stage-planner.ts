/**
 * Which planner a stage begins with: that of the worker that takes the first task of the stage's own run.
 *
 * @module
 */
import { condition, proxyLocalActivities } from '@temporalio/workflow';
import { NON_RETRYABLE } from '../words/contract';
import type { StudyActivities } from '../words/contract';
import { cannotPass, demandNoOlder, demandPlanner, PLANNER_VERSION } from './planner-version';
import type { LiveStudy } from './state';

/**
 * Local, for the worker that runs the workflow must answer: the answer is a line of the history, and the question,
 * which has this worker's version, is not. So a worker of another version that replays the run learns whose it is.
 */
const { passToPlanner } = proxyLocalActivities<Pick<StudyActivities, 'passToPlanner'>>({
  startToCloseTimeout: '1 minute',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

/**
 * To be called before a study's next stage is asked anything. A stage that has begun demands the planner that it began
 * with; one that begins does so with the newest there is, once nobody is waited for any more: an upgrade may come first.
 *
 * @throws PlannerUnknown where this worker has not the one.
 */
export async function takePlanner(study: LiveStudy): Promise<void> {
  const use = study.state.nextStage();
  if (use === undefined) return;
  const hasBegun = study.state.begunStage(use) !== undefined;
  if (!hasBegun) await condition(() => !study.state.control.paused && !study.state.waitsForApproval(use));
  const { resolved, studyId, decisions } = study.state;
  // A stage that has begun is asked for too: an update waits for ever on a run that is refused in its very first activation.
  const answer = await passToPlanner({
    studyId,
    study: resolved,
    plannerVersion: PLANNER_VERSION,
    ...(!hasBegun && { decided: decisions.length }),
  });
  if (answer.refusal !== undefined) throw cannotPass(resolved, answer.refusal);
  demandPlanner(studyId, use.stageId, hasBegun ? resolved.plannerVersion : answer.plannerVersion);
  demandNoOlder(resolved);
  // Of the present state: somebody may have changed it meanwhile.
  if (answer.replanned !== undefined) study.state = study.state.replanned(answer.replanned);
}
