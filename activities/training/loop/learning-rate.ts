import type { OptimizerSpec } from '../../../workflows/words/study';
import { coScaledLearningRate } from '../../../workflows/stages/optimizer-family';
import { examplesAfter, phaseAt, stepsOf } from '../../../workflows/trials/length';
import type { TrialSpec } from '../../../workflows/words/trial';
import {
  scheduledLearningRate,
  scheduledMomentum,
  type SchedulePosition,
  type ScheduleState,
} from '../../../workflows/trials/schedules';
import type { TrialFacts } from './trial-facts';

/**
 * The learning rate of a step, counted from 0.
 *
 * A schedule runs over examples, in steps of the batch size that the trial starts with: where batches grow, it is at
 * the same place after the same epochs.
 */
export function learningRateAt(
  step: number,
  trial: TrialSpec,
  optimizer: OptimizerSpec,
  facts: TrialFacts,
  state: ScheduleState,
): number {
  const { phases, batchSize } = facts;
  const peak = Number(trial.hparams['learningRate']);
  const rate = scheduledLearningRate(trial.schedule, peak, positionAt(step, facts), state);
  const size = phaseAt(phases, step).batchSize;
  const follows = trial.batchGrowth?.learningRate ?? 'keep';
  if (size === batchSize || follows === 'keep') return rate;
  // Sizes are whole numbers and steps are not cut at the very example: neither may lift the rate above where it fell
  // from.
  return follows === 'compensate'
    ? Math.min(peak, (rate * size) / batchSize)
    : coScaledLearningRate(optimizer.name, rate, batchSize, size);
}

/** The momentum of a step, counted from 0, of a schedule that cycles it; `undefined` of all others. */
export function momentumAt(step: number, { schedule }: TrialSpec, facts: TrialFacts): number | undefined {
  return scheduledMomentum(schedule, positionAt(step, facts));
}

function positionAt(step: number, { limit, phases, batchSize, trainExamples }: TrialFacts): SchedulePosition {
  return {
    step: examplesAfter(phases, step) / batchSize,
    stepsTotal: stepsOf(limit, trainExamples, batchSize),
    stepsPerEpoch: trainExamples / batchSize,
  };
}
