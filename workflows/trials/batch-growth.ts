/**
 * Batches that grow in the course of a training: as a study says it, and as a trial gets it.
 *
 * @module
 */
import type { ScheduleSpec } from '../words/schedule';
import { power } from '../search/power';

/** What becomes of the learning rate where a batch grows: it stays, or follows by the optimizer's rule. */
export type GrowthLearningRate = 'keep' | 'coScale';

/** From an epoch on, counted in passes that are complete; a fraction of a pass is allowed. */
export interface BatchMilestone {
  readonly epoch: number;
  readonly batchSize: number;
}

/**
 * How batches grow, in epochs of a training of `training.epochs`; without `max` up to a tenth of the training examples.
 */
export type BatchSizeSchedule =
  | { readonly name: 'milestones'; readonly at: readonly BatchMilestone[]; readonly learningRate: GrowthLearningRate }
  | {
      readonly name: 'doubling';
      readonly every: number;
      readonly max?: number;
      readonly learningRate: GrowthLearningRate;
    }
  /** Doubles at the end of an epoch once the gradient's noise scale is at least the doubled size. */
  | {
      readonly name: 'noiseScale';
      readonly max?: number;
      readonly measureEverySteps: number;
      readonly learningRate: GrowthLearningRate;
    }
  /**
   * Grows where the learning rate would fall: in steps of at least `factor` under a schedule that falls smoothly, at
   * the milestones of one that falls by steps. What the batch cannot take, because it is as large as it may be, the
   * learning rate does.
   *
   * Source: S. Smith, P. Kindermans, C. Ying, Q. Le, "Don't Decay the Learning Rate, Increase the Batch Size", ICLR
   * 2018 (arXiv:1711.00489), section 4: the noise of SGD is proportional to learningRate / batchSize, which this keeps.
   */
  | { readonly name: 'decayToGrowth'; readonly factor: number; readonly max?: number };

/** Growth as one trial has it: sizes that rise, all above `hparams.batchSize`. */
export type BatchGrowth = { readonly learningRate: GrowthLearningRate | 'compensate' } & (
  | { readonly milestones: readonly BatchMilestone[] }
  | { readonly noiseScale: { readonly sizes: readonly number[]; readonly measureEverySteps: number } }
);

/** The training that grows. */
export interface GrowingTraining {
  /** Where it starts. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Its learning-rate schedule, already in its own epochs. */
  readonly schedule: ScheduleSpec;
  /** The schedule of sizes is written for this many epochs and moves along. */
  readonly writtenEpochs: number;
  readonly trainExamples: number;
  /** No size is above this; Infinity for no limit. */
  readonly sizeMax: number;
}

/** More sizes than any training goes through. */
const SIZES_MAX = 16;

/**
 * Larger batches no longer trade against a lower learning rate. Source: arXiv:1711.00489, section 2, for batches far
 * below the data set.
 */
const SHARE_MAX = 0.1;

/**
 * Growth of one training; `undefined` if no batch of it would grow. Sizes at or below the one before are left out:
 * batches never shrink.
 */
export function batchGrowth(schedule: BatchSizeSchedule, training: GrowingTraining): BatchGrowth | undefined {
  if (schedule.name === 'noiseScale') {
    const sizes = doublings(training.batchSize, largest(schedule.max, training));
    return sizes.length === 0
      ? undefined
      : { learningRate: schedule.learningRate, noiseScale: { sizes, measureEverySteps: schedule.measureEverySteps } };
  }
  const milestones = rising(wanted(schedule, training), training);
  if (milestones.length === 0) return undefined;
  return { learningRate: schedule.name === 'decayToGrowth' ? 'compensate' : schedule.learningRate, milestones };
}

/** Every size that a training may reach, from where it starts. */
export function batchSizesOf(batchSize: number, growth: BatchGrowth | undefined): readonly number[] {
  if (growth === undefined) return [batchSize];
  return [
    batchSize,
    ...('milestones' in growth ? growth.milestones.map((milestone) => milestone.batchSize) : growth.noiseScale.sizes),
  ];
}

/** The milestones known before a training; none where the noise scale decides. */
export function milestonesOf(growth: BatchGrowth | undefined): readonly BatchMilestone[] {
  return growth !== undefined && 'milestones' in growth ? growth.milestones : [];
}

function largest(max: number | undefined, { trainExamples, sizeMax }: GrowingTraining): number {
  return Math.min(max ?? Math.floor(trainExamples * SHARE_MAX), trainExamples, sizeMax);
}

function doublings(batchSize: number, max: number): readonly number[] {
  return Array.from({ length: SIZES_MAX }, (_, i) => batchSize * 2 ** (i + 1)).filter((size) => size <= max);
}

type FixedSchedule = Exclude<BatchSizeSchedule, { readonly name: 'noiseScale' }>;

function wanted(schedule: FixedSchedule, training: GrowingTraining): readonly BatchMilestone[] {
  const ratio = training.epochs / training.writtenEpochs;
  if (schedule.name === 'milestones')
    return schedule.at.map(({ epoch, batchSize }) => ({ epoch: epoch * ratio, batchSize }));
  const max = largest(schedule.max, training);
  if (schedule.name === 'doubling')
    return doublings(training.batchSize, max).map((batchSize, i) => ({
      epoch: (i + 1) * schedule.every * ratio,
      batchSize,
    }));
  return converted(schedule, training).map((milestone) => ({
    ...milestone,
    batchSize: Math.min(milestone.batchSize, max),
  }));
}

/** Where the learning rate falls, and the sizes that would do as well. */
function converted(
  { factor }: { readonly factor: number },
  { schedule, batchSize }: GrowingTraining,
): readonly BatchMilestone[] {
  if (schedule.name === 'piecewise')
    return schedule.milestones.map((milestone) => ({
      epoch: milestone.epoch,
      batchSize: Math.round(batchSize / milestone.factor),
    }));
  if (schedule.name !== 'exponential' || schedule.factorPerEpoch >= 1) return [];
  const epochs = Math.log(factor) / -Math.log(schedule.factorPerEpoch);
  return Array.from({ length: SIZES_MAX }, (_, i) => ({
    epoch: (i + 1) * epochs,
    batchSize: Math.round(batchSize * power(factor, i + 1)),
  }));
}

/** In the order of their epochs, those that begin within the training and rise above all before. */
function rising(
  milestones: readonly BatchMilestone[],
  { batchSize, epochs, trainExamples, sizeMax }: GrowingTraining,
): readonly BatchMilestone[] {
  const kept: BatchMilestone[] = [];
  for (const milestone of [...milestones].sort((a, b) => a.epoch - b.epoch)) {
    const size = Math.min(milestone.batchSize, trainExamples, sizeMax);
    if (milestone.epoch < epochs && size > (kept.at(-1)?.batchSize ?? batchSize))
      kept.push({ epoch: milestone.epoch, batchSize: size });
  }
  return kept;
}
