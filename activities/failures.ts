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
 * Turns any error of the running activity into a failure with a type; cancellation and failures pass as they are.
 * Matching is by name: classes differ between realms. What nobody foresaw is tried again once: the same from the same
 * activity is given up.
 */
export function asFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const type = FAILURE_OF_ERROR[name] ?? name;
  return ApplicationFailure.create({
    message,
    type,
    nonRetryable: NON_RETRYABLE.includes(type) || repetitions.isRepeated(placeOf(activityInfo()), error),
    ...(error instanceof Error && { cause: error }),
  });
}

/** The same through all attempts at one activity. */
function placeOf({ workflowExecution, activityRunId, activityId }: Info): string {
  return `${workflowExecution?.runId ?? activityRunId ?? ''}/${activityId}`;
}
