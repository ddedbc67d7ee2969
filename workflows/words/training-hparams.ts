/**
 * Hyperparameters that take the place of a part of `training` in a trial. Where a study starts they are what `training`
 * says; a space may vary them.
 *
 * @module
 */
import type { ScheduleSpec } from './schedule';
import type { OptimizerName, OptimizerSpec } from './study';

export type ScheduleName = Exclude<ScheduleSpec['name'], 'ramp'>;

export interface TrainingHParam {
  /** For people. */
  readonly description: string;
  /** What a name may be; absent: it is a number from `min` to `max`. */
  readonly values?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly integer?: true;
  /** Who reads it, where not every training does. */
  readonly readBy?: { readonly optimizer: readonly OptimizerName[] } | { readonly schedule: readonly ScheduleName[] };
}

/** Every optimizer with Keras' constants. */
export const OPTIMIZER_DEFAULTS = {
  sgd: { name: 'sgd' },
  momentum: { name: 'momentum' },
  nesterov: { name: 'nesterov' },
  adam: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  adamw: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  rmsprop: { name: 'rmsprop', rho: 0.9, epsilon: 1e-7 },
  adagrad: { name: 'adagrad', initialAccumulator: 0.1, epsilon: 1e-7 },
} as const satisfies { readonly [Name in OptimizerName]: OptimizerSpec & { readonly name: Name } };

/**
 * Every schedule with its constants, but the milestones of `piecewise`.
 *
 * Where a search turns to it, its rate falls to a tenth after half of the training and again after three quarters, as
 * in K. He et al., "Deep Residual Learning", CVPR 2016 (arXiv:1512.03385), section 4.2.
 */
export const SCHEDULE_DEFAULTS = {
  constant: {},
  exponential: { factorPerEpoch: 0.95 },
  cosine: { finalFactor: 0 },
  piecewise: { firstMilestone: 0.5, milestoneFactor: 0.1 },
  oneCycle: { peakFraction: 0.3, initialFactor: 0.04, finalFactor: 4e-6 },
  plateau: { factor: 0.5, patience: 3, minFactor: 1e-3 },
} as const satisfies Record<ScheduleName, object>;

/**
 * How batches may grow, with the constants that a study does not give; of milestones there are none but a study's own.
 */
export const GROWTH_DEFAULTS = {
  none: {},
  /** Four sizes in a training: they are equally long. */
  doubling: { share: 0.25, learningRate: 'keep' },
  noiseScale: { measureEverySteps: 50, learningRate: 'keep' },
  decayToGrowth: { factor: 2 },
  milestones: {},
} as const;

export type GrowthName = keyof typeof GROWTH_DEFAULTS;

const ADAM: readonly OptimizerName[] = ['adam', 'adamw'];
/** A share of 1 itself would leave nothing to share. */
const BELOW_ONE = 0.9999;

export const TRAINING_HPARAMS = {
  optimizer: { values: Object.keys(OPTIMIZER_DEFAULTS), description: 'optimizer by its name' },
  beta1: { min: 0, max: BELOW_ONE, readBy: { optimizer: ADAM }, description: 'decay of the average of gradients' },
  beta2: {
    min: 0,
    max: 0.999_999,
    readBy: { optimizer: ADAM },
    description: 'decay of the average of squared gradients',
  },
  epsilon: {
    min: 1e-12,
    max: 1,
    readBy: { optimizer: [...ADAM, 'rmsprop', 'adagrad'] },
    description: "added to the update's denominator",
  },
  rho: { min: 0, max: BELOW_ONE, readBy: { optimizer: ['rmsprop'] }, description: 'decay of the squared gradients' },
  initialAccumulator: {
    min: 0,
    max: 100,
    readBy: { optimizer: ['adagrad'] },
    description: 'where the sum of squared gradients starts',
  },
  schedule: { values: Object.keys(SCHEDULE_DEFAULTS), description: 'learning-rate schedule by its name' },
  warmupSteps: { min: 0, max: 1_000_000, integer: true, description: 'steps over which the rate rises from 0' },
  factorPerEpoch: {
    min: 1e-6,
    max: 1,
    readBy: { schedule: ['exponential'] },
    description: 'learning rate after an epoch of training.epochs, as a factor',
  },
  finalFactor: { min: 0, max: 1, readBy: { schedule: ['cosine', 'oneCycle'] }, description: 'where the rate ends' },
  firstMilestone: {
    min: 0.01,
    max: 0.99,
    readBy: { schedule: ['piecewise'] },
    description: 'share of the training after which the rate falls; again half-way through the rest',
  },
  milestoneFactor: { min: 0, max: 1, readBy: { schedule: ['piecewise'] }, description: 'what is left of it each time' },
  peakFraction: {
    min: 0.01,
    max: 0.99,
    readBy: { schedule: ['oneCycle'] },
    description: 'share of the training until the peak',
  },
  initialFactor: { min: 0, max: 1, readBy: { schedule: ['oneCycle'] }, description: 'where the rate starts' },
  epochs: { min: 1, max: 100_000, integer: true, description: 'passes over the training examples' },
  batchGrowth: {
    values: Object.keys(GROWTH_DEFAULTS),
    description: 'how batches grow from batchSize, as training.batchSizeSchedule has it by that name',
  },
} as const satisfies Record<string, TrainingHParam>;

export type TrainingHParamName = keyof typeof TRAINING_HPARAMS;
