/**
 * What a study's running activities say of themselves, from the server's description of the workflow.
 *
 * @module
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { FAILURES } from '../workflows/words/contract';
import type { TrialProgress } from '../workflows/words/contract';

/** A trial that waits for a training worker, trains, or has been told to stop. */
export interface RunningTrial {
  readonly trialId: string;
  readonly state: 'queued' | 'training' | 'stopping';
  readonly attempt: number;
  /** Absent until its first heartbeat. */
  readonly progress: TrialProgress | undefined;
  /** What ended the attempt before this one. */
  readonly failure: string | undefined;
}

/** Anything else of a study that has failed at least once and is tried again. */
export interface RetriedWork {
  readonly what: string;
  readonly attempt: number;
  readonly failure: string;
}

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Numbers of `PendingActivityState`. */
const STATES: Readonly<Record<number, RunningTrial['state']>> = { 2: 'training', 3: 'stopping' };

/** A workflow task fails once or twice when workers come and go; more often, and something is wrong. */
const TASK_ATTEMPTS_USUAL = 3;

export async function runningTrials(
  client: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<readonly RunningTrial[]> {
  const trials = (raw.pendingActivities ?? []).filter(({ activityType }) => activityType?.name === 'runTrial');
  return Promise.all(
    trials.map(async (pending) => {
      const { activityId, state, attempt } = pending;
      const progress = await trialProgress(client, pending);
      return {
        trialId: activityId ?? '',
        state: STATES[state ?? 0] ?? 'queued',
        attempt: attempt ?? 1,
        progress,
        failure: failureOf(pending),
      };
    }),
  );
}

/** @param refusal Why no worker takes the workflow's task, where that is known and told elsewhere. */
export function retriedWork({ raw }: WorkflowExecutionDescription, refusal?: string): readonly RetriedWork[] {
  const activities = (raw.pendingActivities ?? []).flatMap((pending) => {
    const failure = failureOf(pending);
    const what = pending.activityType?.name ?? 'activity';
    return failure === undefined || what === 'runTrial' ? [] : [{ what, attempt: pending.attempt ?? 1, failure }];
  });
  const attempt = raw.pendingWorkflowTask?.attempt ?? 0;
  const stuck =
    refusal !== undefined || attempt <= TASK_ATTEMPTS_USUAL
      ? []
      : [{ what: 'the workflow', attempt, failure: 'the tuner worker cannot go on with it; its log says why' }];
  return [...activities, ...stuck];
}

/** Heartbeat details come from outside: those that are no progress are left out. */
async function trialProgress(
  client: Client,
  { heartbeatDetails }: PendingActivity,
): Promise<TrialProgress | undefined> {
  const [details] = await decodeArrayFromPayloads(client.options.loadedDataConverter, [
    ...(heartbeatDetails?.payloads ?? []),
  ]).catch(() => []);
  const isProgress =
    typeof details === 'object' && details !== null && 'trialId' in details && typeof details.trialId === 'string';
  return isProgress ? (details as TrialProgress) : undefined;
}

function failureOf({ lastFailure }: PendingActivity): string | undefined {
  if (lastFailure === null || lastFailure === undefined) return undefined;
  if (lastFailure.timeoutFailureInfo) return 'its worker gave no sign of life';
  const type = lastFailure.applicationFailureInfo?.type ?? '';
  if (type === 'WorkerShutdown') return 'its worker was stopped';
  const message = lastFailure.message?.split('\n')[0] ?? '';
  if (message === '') return type;
  return type === FAILURES.storageRefused ? `${message}; it waits, and goes on once that is mended` : message;
}
