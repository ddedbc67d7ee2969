/**
 * Studies from the outside: connect, start, find, change, cancel. The CLI and other programs use this; it is the
 * package's `stepwell/client`.
 *
 * @module
 */
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { canonicalJson, sha256Of } from '../activities/content-hash';
import { studyWorkflowId, TASK_QUEUES } from '../workflows/words/contract';
import type { TuneStudyInput } from '../workflows/words/contract';
import type { StudySnapshot } from '../workflows/driver/snapshot';
import type { tuneStudy } from '../workflows';
import type { Environment } from './environment';
import { asServerUnreachable, connectionSettings } from './connection';
import { isLoopback } from './loopback';
import { registerSearchAttributes } from './search-attributes';
import { describeStudy, StudyNotFound } from './study-handle';
import type { StudyClient } from './study-handle';

export { cancelStudy, ChangeRejected, changeStudy, StudyEnded } from './change-study';
export { completedRun } from './completed-run';
export type { CompletedRun } from './completed-run';
export { listStudies } from './list-studies';
export type { StudyListing } from './list-studies';
export { observeStudy } from './observe-study';
export type { StudyObservation } from './observe-study';
export { plannerRefusal, strandedText, StudyStranded, terminateStudy } from './planner-refusal';
export type { RetriedWork, RunningTrial } from './pending-work';
export { describeStudy, studyHandle, StudyNotFound } from './study-handle';
export type { StudyClient } from './study-handle';
export type { ChangeInputs, ChangeName, StudyChange } from '../workflows/driver/control/change';

/** Long enough for a busy server on a slow link, short enough for a person who waits. */
const CONNECT_TIMEOUT = '5 seconds';

/** What a study's memo keeps, from its start and through every continue-as-new. */
export interface StudyMemo {
  /** Hash of what was asked for: equal hashes mean the same study. */
  readonly stepwellContent: string;
  /** ISO time. */
  readonly stepwellStartedAt: string;
}

/** A study of this name runs already; studies are one at a time by name. */
export class StudyRunning extends Error {
  override readonly name = 'StudyRunning';
}

/**
 * A client by Temporal's own environment variables and profiles.
 * @throws ServerUnreachable naming the address, ConfigInvalid
 */
export async function connectClient(environment: Environment = process.env): Promise<StudyClient> {
  const { address, namespace, connectionOptions } = connectionSettings(environment);
  const connection = await Connection.connect({
    ...connectionOptions,
    connectTimeout: CONNECT_TIMEOUT,
    // grpc-js would ask the environment's proxy, and reads exceptions in lower case alone.
    ...(isLoopback(address) && { channelArgs: { 'grpc.enable_http_proxy': 0 } }),
  }).catch(asServerUnreachable(address));
  const client = new Client({ connection, namespace });
  return { client, address, close: () => connection.close() };
}

export interface StartStudyOptions {
  /** The study's name: one study of a name runs at a time. */
  readonly name: string;
  /** As written; the first activity parses it. */
  readonly study: unknown;
  readonly taskQueuePrefix: string;
  /** What it begins with that does not begin from nothing. */
  readonly beginning?: StudyBeginning;
}

/** Of a rerun, of a recovery, or of a study that must not reuse what others trained. */
export type StudyBeginning = Pick<TuneStudyInput, 'studyRun' | 'fresh' | 'origins' | 'carried'> & {
  readonly snapshot?: StudySnapshot;
};

/**
 * Starts a study.
 *
 * @throws StudyRunning if a study of this name runs.
 */
export async function startStudy(
  { client }: StudyClient,
  { name, study, taskQueuePrefix, beginning }: StartStudyOptions,
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof tuneStudy>> {
  const searchAttributes = await registerSearchAttributes(client);
  const input: TuneStudyInput = { ...beginning, studyId: name, study, taskQueuePrefix, searchAttributes };
  const memo: StudyMemo = { stepwellContent: studyContentHash(study), stepwellStartedAt: new Date().toISOString() };
  try {
    return await client.workflow.start<typeof tuneStudy>('tuneStudy', {
      workflowId: studyWorkflowId(name),
      taskQueue: `${taskQueuePrefix}${TASK_QUEUES.tuner}`,
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `study ${name}`,
      memo: { ...memo },
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      throw new StudyRunning(
        `study ${name} is running already; see it with: stepwell watch ${name}, or end it with: stepwell cancel ${name}`,
      );
    }
    throw error;
  }
}

/** Whether a study of this name runs, and whether it was started from the same content. */
export async function runningStudy(
  client: StudyClient,
  name: string,
  study: unknown,
): Promise<'none' | 'same' | 'different'> {
  try {
    const { status, memo } = await describeStudy(client, name);
    if (status.name !== 'RUNNING') return 'none';
    return memo?.['stepwellContent'] === studyContentHash(study) ? 'same' : 'different';
  } catch (error) {
    if (error instanceof StudyNotFound) return 'none';
    throw error;
  }
}

/** SHA-256 of a study as it was handed in, whatever the order of its keys. */
export function studyContentHash(study: unknown): string {
  return sha256Of(canonicalJson(study));
}
