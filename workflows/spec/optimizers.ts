import { z } from 'zod';
import { OPTIMIZER_DEFAULTS } from '../words/training-hparams';

const decay = (value: number, what: string) => z.number().min(0).lt(1).default(value).describe(what);
const { adam, rmsprop, adagrad } = OPTIMIZER_DEFAULTS;
const epsilon = z
  .number()
  .gt(0)
  .max(1)
  .default(adam.epsilon)
  .describe('Added to the denominator for numerical stability.');
const moments = {
  beta1: decay(adam.beta1, 'Decay of the average of gradients.'),
  beta2: decay(adam.beta2, 'Decay of the average of squared gradients.'),
  epsilon,
};

/** The learning rate, momentum and weight decay are hyperparameters; here are the constants, with Keras' defaults. */
export const optimizerSchema = z
  .discriminatedUnion('name', [
    z.strictObject({ name: z.literal('sgd') }),
    z.strictObject({ name: z.literal('momentum') }),
    z.strictObject({ name: z.literal('nesterov') }),
    z.strictObject({ name: z.literal('adam'), ...moments }),
    z.strictObject({ name: z.literal('adamw'), ...moments }),
    z.strictObject({
      name: z.literal('rmsprop'),
      rho: decay(rmsprop.rho, 'Decay of the average of squared gradients.'),
      epsilon,
    }),
    z.strictObject({
      name: z.literal('adagrad'),
      initialAccumulator: z
        .number()
        .min(0)
        .max(100)
        .default(adagrad.initialAccumulator)
        .describe('Where the sum of squared gradients starts.'),
      epsilon,
    }),
  ])
  .describe('The optimizer and its constants; learningRate, momentum and weightDecay belong in training.hparams.');

/** Optimizers that read the hyperparameter `momentum`. */
export const MOMENTUM_OPTIMIZERS: readonly string[] = ['momentum', 'nesterov', 'rmsprop'];
