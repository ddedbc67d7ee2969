/**
 * Troubles of a training, each with the type that the workflow matches on.
 *
 * @module
 */
import { FAILURES, type FailureType } from '../../workflows/words/contract';

export class TrainingFailure extends Error {
  override readonly name = 'TrainingFailure';

  constructor(
    readonly failure: FailureType,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** There is no model at a trial's hyperparameters: a finding of that trial. */
export const modelInvalid = (message: string, options?: ErrorOptions): TrainingFailure =>
  new TrainingFailure(FAILURES.modelInvalid, message, options);

/** The model's module cannot be had on this worker, whatever the hyperparameters: a trouble, which ends the study. */
export const moduleUnavailable = (message: string, options?: ErrorOptions): TrainingFailure =>
  new TrainingFailure(FAILURES.moduleUnavailable, message, options);

export const datasetCorrupt = (message: string, options?: ErrorOptions): TrainingFailure =>
  new TrainingFailure(FAILURES.datasetCorrupt, message, options);

/**
 * The copy of a data set on this machine went bad after it had been checked; the next attempt fetches what is missing,
 * so no retry is in vain.
 */
export const localCopyDamaged = (message: string, options?: ErrorOptions): TrainingFailure =>
  new TrainingFailure(FAILURES.trainerCrashed, message, options);

/**
 * Where memory ran out, if that is what an error or its cause says. TensorFlow's text is all there is: `Invalid
 * TF_Status: 8` or `OOM when allocating`.
 */
export function outOfMemoryPlace(error: unknown): 'device' | 'host' | null {
  const cause = (error as { readonly cause?: unknown } | null | undefined)?.cause;
  if (cause !== undefined) return outOfMemoryPlace(cause);
  const text = String(error);
  if (/RangeError: (array buffer allocation|invalid typed array length)/i.test(text)) return 'host';
  if (!/Invalid TF_Status: 8\b|RESOURCE_EXHAUSTED|OOM when allocating|out of memory/i.test(text)) return null;
  return /GPU[:_]\d|CUDA/i.test(text) ? 'device' : 'host';
}

/** The failure type of any error; what nobody foresaw counts as a crash, so that it is tried again. */
export function failureOf(error: unknown): FailureType {
  return error instanceof TrainingFailure ? error.failure : FAILURES.trainerCrashed;
}
