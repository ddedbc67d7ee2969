import { z } from 'zod';
import { replicatesSchema } from '../../spec/replicates';

/** Options of `lrRetest`. */
export const lrRetestOptions = z.strictObject({
  factors: z
    .array(z.number().min(1e-3).max(1e3))
    .min(2)
    .max(25)
    .default([0.5, 1, 2])
    .refine((factors) => new Set(factors).size === factors.length, 'must not name a factor twice')
    .refine((factors) => factors.includes(1), 'must include 1, the learning rate as it stands')
    .describe(
      'Learning rates to compare, as factors on the one that the study holds. While the best of them is at an end, up to 8 more are tried beyond it, each as far from the last as that is from its neighbour.',
    ),
  replicates: replicatesSchema(20)
    .default(3)
    .describe(
      'Trainings per rate, each with a seed of its own; of fewer than 3 the answer is hardly more than a guess.',
    ),
  epochs: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Length of each training; by default a quarter of training.epochs, or 500 steps if that is more.'),
});

export type LrRetestOptions = z.output<typeof lrRetestOptions>;
