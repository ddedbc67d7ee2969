/**
 * How long a training is, in optimizer steps. Batches are cut from an endless stream of shuffled passes, so every batch is full
 * and every example is seen equally often; an epoch ends with the first step that completes a pass.
 *
 * @module
 */
import type { TrialLimit } from './trial';

/** Optimizer steps until `epoch` passes over the training split are complete. */
export function epochEndStep(epoch: number, trainExamples: number, batchSize: number): number {
  return Math.ceil((epoch * trainExamples) / batchSize);
}

/** Optimizer steps of a whole trial. */
export function stepsOf(limit: TrialLimit, trainExamples: number, batchSize: number): number {
  return 'steps' in limit ? limit.steps : epochEndStep(limit.epochs, trainExamples, batchSize);
}
