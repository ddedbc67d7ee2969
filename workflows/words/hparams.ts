/**
 * The hyperparameters with a meaning of their own. Any other name in a space must be read by the model as `{ hparam:
 * name }`.
 *
 * @module
 */
import type { OptimizerName } from './study';

export interface StandardHParam {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer?: true;
  /** A trial has it only where its study names it, so that others keep their content. */
  readonly optional?: true;
  /** For people and for the JSON Schema. */
  readonly description: string;
}

/** `learningRate`'s default depends on the optimizer: `DEFAULT_LEARNING_RATES`. */
export const STANDARD_HPARAMS = {
  learningRate: { default: 1e-3, min: 1e-12, max: 1e3, description: 'peak learning rate; the schedule multiplies it' },
  batchSize: { default: 32, min: 1, max: 65_536, integer: true, description: 'examples per optimizer step' },
  momentum: { default: 0.9, min: 0, max: 0.9999, description: 'momentum of sgd variants and rmsprop; adam has beta1' },
  weightDecay: {
    default: 0,
    min: 0,
    max: 100,
    description: 'decoupled: every step kernels shrink by learningRate * weightDecay',
  },
  l1: { default: 0, min: 0, max: 10, description: 'adds l1 * sum |w| over kernels to the loss' },
  l2: { default: 0, min: 0, max: 10, description: 'adds l2 * sum w^2 over kernels to the loss (gradient 2 * l2 * w)' },
  dropoutRate: {
    default: 0,
    min: 0,
    max: 0.95,
    description: 'dropout of the presets; read in layers as { hparam: dropoutRate }',
  },
  labelSmoothing: {
    default: 0,
    min: 0,
    max: 0.9,
    description:
      'weight of the uniform distribution in the training targets; validation and test losses are without it',
  },
  clipNorm: { default: 0, min: 0, max: 1e6, description: 'clips the global gradient norm; 0 for none' },
  clipValue: { default: 0, min: 0, max: 1e6, description: 'clips each gradient element; 0 for none' },
  flip: { default: 0, min: 0, max: 1, description: 'probability of a horizontal flip' },
  shift: { default: 0, min: 0, max: 0.5, description: 'random translation, at most this fraction of the image side' },
  rotation: { default: 0, min: 0, max: 180, description: 'random rotation, at most this many degrees either way' },
  cutout: {
    default: 0,
    min: 0,
    max: 1,
    description: 'side of a random square set to zero, as a fraction of the image side',
  },
  brightness: {
    default: 0,
    min: 0,
    max: 1,
    description: 'random brightness change, at most this much of the full range',
  },
  contrast: { default: 0, min: 0, max: 1, description: 'random contrast factor in [1 - contrast, 1 + contrast]' },
  mixup: { default: 0, min: 0, max: 1, description: 'largest share of a second example mixed into each; 0 for none' },
  emaDecay: {
    default: 0,
    min: 0,
    max: 0.999999,
    optional: true,
    description: 'share that an exponential moving average of the weights keeps at every step, e.g. 0.999; 0 for none',
  },
  swaStartFraction: {
    default: 1,
    min: 0,
    max: 1,
    optional: true,
    description: 'share of the training after which weights are averaged over epochs (SWA), e.g. 0.75; 1 for never',
  },
  swaEveryEpochs: {
    default: 1,
    min: 1,
    max: 1000,
    integer: true,
    optional: true,
    description: 'epochs from one average of SWA to the next',
  },
} as const satisfies Record<string, StandardHParam>;

export type StandardHParamName = keyof typeof STANDARD_HPARAMS;

/** Where a search for the learning rate starts; Keras' defaults. */
export const DEFAULT_LEARNING_RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 1e-2,
  momentum: 1e-2,
  nesterov: 1e-2,
  adam: 1e-3,
  adamw: 1e-3,
  rmsprop: 1e-3,
  adagrad: 1e-2,
};
