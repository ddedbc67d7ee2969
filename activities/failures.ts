/**
 * The one place where an error of the activities gets the type that Temporal and the workflow know it by.
 *
 * @module
 */
import { activityInfo, ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { FAILURES, NON_RETRYABLE } from '../workflows/words/contract';
import type { FailureType } from '../workflows/words/contract';
import { Repetitions } from './unforeseen';

/** Names of errors thrown below the activities, and the failure each one is. */
const FAILURE_OF_ERROR: Readonly<Record<string, FailureType>> = {
  StorageUnavailable: FAILURES.storageUnavailable,
  StorageRefused: FAILURES.storageRefused,
  StorageDenied: FAILURES.storageDenied,
  DatasetInvalid: FAILURES.datasetInvalid,
  DatasetCorrupt: FAILURES.datasetCorrupt,
  StudyInvalid: FAILURES.invalidStudy,
  ModelInvalid: FAILURES.modelInvalid,
  Fenced: FAILURES.fenced,
  TrainerCrashed: FAILURES.trainerCrashed,
  TrainerStalled: FAILURES.trainerStalled,
};

const repetitions = new Repetitions();

/**
 * Of a failure that is tried again Temporal keeps 4 KB, and of a larger one nothing but that it was: what people are to
 * read while they wait must fit in with the way there.
 */
const MESSAGE_BYTES_MAX = 2_000;
const CAUSE_BYTES_MAX = 300;
const STACK_BYTES_MAX = 1_000;

/**
 * Turns any error of the running activity into a failure with a type; cancellation and failures pass as they are.
 * Matching is by name: classes differ between realms. What nobody foresaw is tried again once: the same from the same
 * activity is given up.
 */
export function asFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  const type = FAILURE_OF_ERROR[name] ?? name;
  const nonRetryable = NON_RETRYABLE.includes(type) || repetitions.isRepeated(placeOf(activityInfo()), error);
  const failure = ApplicationFailure.create({
    message: nonRetryable ? message : cut(message, MESSAGE_BYTES_MAX),
    type,
    nonRetryable,
    ...(cause instanceof Error && { cause: withoutStack(cut(cause.message, CAUSE_BYTES_MAX)) }),
  });
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  failure.stack = cut([name, ...frames].join('\n'), STACK_BYTES_MAX);
  return failure;
}

function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}

function cut(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= bytesMax ? text : `${bytes.subarray(0, bytesMax).toString('utf8')}…`;
}

/** The same through all attempts at one activity. */
function placeOf({ workflowExecution, activityRunId, activityId }: Info): string {
  return `${workflowExecution?.runId ?? activityRunId ?? ''}/${activityId}`;
}
