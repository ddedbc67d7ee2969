import { z } from 'zod';
import { replicatesSchema } from '../../spec/replicates';

/** Options of `finalTrain`. */
export const finalTrainOptions = z.strictObject({
  epochs: z.int().min(1).max(100_000).optional().describe('Length of the training; by default training.epochs.'),
  replicates: replicatesSchema(100)
    .default(3)
    .describe('Trainings, each with a seed of its own; the best by validation is the result.'),
});

export type FinalTrainOptions = z.output<typeof finalTrainOptions>;
