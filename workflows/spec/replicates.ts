/**
 * How a study asks for several trainings of the same hyperparameters.
 *
 * @module
 */
import { z } from 'zod';

export const splitsSchema = z
  .boolean()
  .default(false)
  .describe(
    'Whether each of them but the first has another split, too: other examples validate, and the rest trains. What is said then holds for other draws of the data, and not for one validation set alone. The test examples stay.',
  );

/** A number of seeds, or a number of seeds with what else varies. */
export const replicatesSchema = (seedsMax: number) =>
  z.union([
    z.int().min(1).max(seedsMax),
    z.strictObject({
      seeds: z.int().min(2).max(seedsMax).default(3).describe('Trainings of each.'),
      splits: splitsSchema,
    }),
  ]);
