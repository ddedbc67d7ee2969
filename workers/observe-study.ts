/**
 * A study as it is now, from three sources: its own answer to a query, its activities' heartbeats and its task queues.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { STUDY_PROGRESS_QUERY, TASK_QUEUES } from '../workflows/words/contract';
import type { StudyProgress } from '../workflows/words/progress';
import { retriedWork, runningTrials } from './pending-work';
import type { RetriedWork, RunningTrial } from './pending-work';
import { plannerRefusal, refusalIn } from './planner-refusal';
import { describeStudy, studyHandle } from './study-handle';
import type { StudyClient } from './study-handle';

export interface StudyObservation {
  readonly studyId: string;
  readonly status: WorkflowExecutionStatusName;
  readonly startedAt: Date;
  /** The study's newest answer; `undefined` before its first. */
  readonly progress: StudyProgress | undefined;
  /** Whether a tuner worker answered the latest question, or still has time to. */
  readonly tunerAnswers: boolean;
  /** What a tuner worker said that has not the study's planner; `undefined` where none did. */
  readonly refusal: string | undefined;
  readonly trials: readonly RunningTrial[];
  readonly retried: readonly RetriedWork[];
  /** Training workers that asked for work of late; `undefined` where nobody waits for one. */
  readonly trainingWorkers: number | undefined;
}

/** A tuner worker that is there answers within this, even while it replays a long history. */
const QUERY_TIMEOUT_MILLISECONDS = 10_000;

/** How long one look waits for the study's answer before it goes with the one before. */
const QUERY_PATIENCE_MILLISECONDS = 1_000;

const ANSWER_TIMEOUT_MILLISECONDS = 5_000;

/** A worker asks again at the latest after a minute, when its long poll ends. */
const POLL_AGE_MAX_MILLISECONDS = 75_000;

const TASK_QUEUE_TYPE_ACTIVITY = 2;

/**
 * A function that looks at a study, again at each call. It asks the workflow only when its history has grown: a query
 * wakes a worker.
 *
 * @returns The function throws StudyNotFound, or Temporal's ServiceError while the server is away.
 */
export function observeStudy(studyClient: StudyClient, name: string): () => Promise<StudyObservation> {
  const { client } = studyClient;
  const ask = progressQuestion(studyClient, name);
  return async () => {
    const description = await withDeadline(client, ANSWER_TIMEOUT_MILLISECONDS, () => describeStudy(studyClient, name));
    const { status, startTime, memo, historyLength, runId } = description;
    const [{ progress, tunerAnswers, refusal }, refused, trials] = await Promise.all([
      ask(`${runId}/${historyLength}`),
      withDeadline(client, ANSWER_TIMEOUT_MILLISECONDS, () => plannerRefusal(client, description)),
      runningTrials(client, description),
    ]);
    const startedAt = memo?.['stepwellStartedAt'];
    return {
      studyId: name,
      status: status.name,
      progress,
      tunerAnswers,
      refusal: refused ?? refusal,
      trials,
      startedAt: typeof startedAt === 'string' ? new Date(startedAt) : startTime,
      retried: retriedWork(description, refused ?? refusal),
      trainingWorkers: trials.some(({ state }) => state === 'queued')
        ? await trainingWorkers(client, description.taskQueue)
        : undefined,
    };
  };
}

interface Answer {
  readonly progress: StudyProgress | undefined;
  readonly tunerAnswers: boolean;
  readonly refusal: string | undefined;
}

/** Asks in the background, one question at a time: a worker that is gone must not stop the watcher. */
function progressQuestion(studyClient: StudyClient, name: string): (version: string) => Promise<Answer> {
  let progress: StudyProgress | undefined;
  let answered: string | undefined;
  let tunerAnswers = true;
  let refusal: string | undefined;
  let open: Promise<void> | undefined;
  const ask = async (version: string): Promise<void> => {
    try {
      progress = await withDeadline(studyClient.client, QUERY_TIMEOUT_MILLISECONDS, () =>
        studyHandle(studyClient, name).query<StudyProgress>(STUDY_PROGRESS_QUERY),
      );
      answered = version;
      [tunerAnswers, refusal] = [true, undefined];
    } catch (error) {
      [tunerAnswers, refusal] = [false, refusalIn(error)];
    } finally {
      open = undefined;
    }
  };
  return async (version) => {
    if (version !== answered)
      await Promise.race([(open ??= ask(version)), delay(QUERY_PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    return { progress, tunerAnswers, refusal };
  };
}

async function trainingWorkers(client: Client, tunerQueue: string): Promise<number> {
  const taskQueue = { name: tunerQueue.replace(TASK_QUEUES.tuner, TASK_QUEUES.training) };
  const { namespace } = client.options;
  const { pollers } = await withDeadline(client, ANSWER_TIMEOUT_MILLISECONDS, () =>
    client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY }),
  );
  return pollers.filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < POLL_AGE_MAX_MILLISECONDS,
  ).length;
}

function withDeadline<T>(client: Client, milliseconds: number, work: () => Promise<T>): Promise<T> {
  return client.connection.withDeadline(Date.now() + milliseconds, work);
}
