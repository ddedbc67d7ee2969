/**
 * The activity of one trial as the driver sees it: started, and taken back if need be.
 *
 * @module
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import { askedDigest } from '../trials/asked';
import { NON_RETRYABLE, TASK_QUEUES } from '../words/contract';
import type { AnsweredTrial, RunTrialInput, TrainingActivities } from '../words/contract';
import type { TrialResult } from '../words/outcome';
import { otherAnswer } from './planner-version';

/** A trial that trains, or waits for a worker to train it. */
export interface RunningTrial {
  /** @throws PlannerUnknown if it was asked something else than `input`. */
  readonly result: Promise<TrialResult>;
  /** Has its trainer write a checkpoint and end; `result` rejects then, with what `isTakenBack` knows. */
  takeBack(): void;
}

/** Starts a trial; in the UI it goes by its own id. Handlers must be attached to `result` in the tick of the call. */
export function runTrial(taskQueuePrefix: string, input: RunTrialInput): RunningTrial {
  const { trialId, label } = input.trial;
  const activities = proxyActivities<TrainingActivities>({
    taskQueue: `${taskQueuePrefix}${TASK_QUEUES.training}`,
    // Unique among those that are open: a trial that was taken back starts again under the same id.
    activityId: trialId,
    summary: label,
    // One attempt; a hang is noticed by its heartbeats long before.
    startToCloseTimeout: '30 days',
    // A worker or its machine that dies is noticed within this.
    heartbeatTimeout: '12s',
    // A stage ends after its trials. This is said to be the default of the SDK, and is not.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Unlimited: machines die as often as they like. What no retry mends is non-retryable by type.
    retry: {
      initialInterval: '500ms',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      nonRetryableErrorTypes: [...NON_RETRYABLE],
    },
  });
  const scope = new CancellationScope();
  const answer = scope.run(() => activities.runTrial(input));
  return { result: answer.then((answered) => resultOf(input, answered)), takeBack: () => scope.cancel() };
}

function resultOf({ studyId, trial }: RunTrialInput, { asked, ...result }: AnsweredTrial): TrialResult {
  if (asked !== askedDigest(trial)) throw otherAnswer(studyId, trial.trialId);
  return result;
}

/**
 * Whether a trial ended because it was taken back; one whose worker died on the way says so in its own words, and is
 * not tried again either.
 */
export function isTakenBack(error: unknown): boolean {
  return isCancellation(error) || (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED');
}
