import { z } from 'zod';

const decay = (value: number, what: string) => z.number().min(0).lt(1).default(value).describe(what);
const epsilon = z.number().gt(0).max(1).default(1e-7).describe('Added to the denominator for numerical stability.');
const moments = {
  beta1: decay(0.9, 'Decay of the average of gradients.'),
  beta2: decay(0.999, 'Decay of the average of squared gradients.'),
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
      rho: decay(0.9, 'Decay of the average of squared gradients.'),
      epsilon,
    }),
    z.strictObject({
      name: z.literal('adagrad'),
      initialAccumulator: z
        .number()
        .min(0)
        .max(100)
        .default(0.1)
        .describe('Where the sum of squared gradients starts.'),
      epsilon,
    }),
  ])
  .describe('The optimizer and its constants; learningRate, momentum and weightDecay belong in training.hparams.');

/** Optimizers that read the hyperparameter `momentum`. */
export const MOMENTUM_OPTIMIZERS: readonly string[] = ['momentum', 'nesterov', 'rmsprop'];
