import { z } from 'zod';
import { STEPS_DEFAULT } from './range';
import { cycledMomentumSchema } from '../../spec/schedules';

const rate = () => z.number().min(1e-12).max(1e3);

/** Options of `lrRangeTest`. */
export const lrRangeTestOptions = z
  .strictObject({
    from: rate().optional().describe('Lowest learning rate; by default 1e-6 for adam, adamw and rmsprop, else 1e-5.'),
    to: rate().optional().describe('Highest learning rate; by default 1 for adam, adamw and rmsprop, else 10.'),
    steps: z
      .int()
      .min(50)
      .max(400)
      .default(STEPS_DEFAULT)
      .describe('Optimizer steps of one test, each at a higher rate than the one before.'),
    replicates: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('Tests, each from other weights and in another order of examples; fewer than 3 tell little.'),
    smoothing: z
      .number()
      .min(0)
      .max(0.99)
      .default(0.95)
      .describe(
        'Weight of the past in the moving average of the loss at 200 steps; at others as much of the range is averaged.',
      ),
    divergenceFactor: z
      .number()
      .gt(1)
      .max(100)
      .default(4)
      .describe('A test ends once its smoothed loss exceeds this many times its best.'),
    cycledMomentum: cycledMomentumSchema
      .exactOptional()
      .describe(
        'Momentum, or beta1 of adam and adamw, falls as the learning rate rises. By default as the schedule of the training has it.',
      ),
    spreadMax: z
      .number()
      .gt(1)
      .max(1000)
      .default(10)
      .describe(
        'Highest over lowest answer of the tests from which on they are not believed, and constant rates are compared instead.',
      ),
  })
  .refine(({ from = 0, to = Infinity }) => from * 10 <= to, { error: 'must be at least 10 times from', path: ['to'] });

export type LrRangeTestOptions = z.output<typeof lrRangeTestOptions>;
