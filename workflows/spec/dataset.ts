import { z } from 'zod';
import { addressRule } from './dataset-address';

/** A data set as a study names it, before it is packed and pinned. */
export interface DatasetSpec {
  readonly format: string;
  /** A path, `file://` or `s3://`. */
  readonly uri: string;
  readonly validationFraction: number;
  /** Held out of the training part; absent: the data set's own test part, if it has one. */
  readonly testFraction?: number;
}

/** Largest share that may be held out; the rest is for training. */
const FRACTION_MAX = 0.9;

export const datasetSchema = z
  .strictObject({
    format: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'must be the name of a format, such as idx or cifar')
      .meta({ examples: ['idx', 'cifar'] })
      .describe(
        'Format of the files: idx (MNIST, Fashion-MNIST; gzipped or not; labels or numbers also as train-labels.csv) or cifar (CIFAR-10 binary).',
      ),
    uri: z
      .string()
      .min(1)
      .refine((uri) => addressRule(uri) === undefined, { error: ({ input }) => addressRule(String(input)) })
      .describe(
        'Where the files are: a folder relative to the study file, file:///absolute/folder (on a cluster, as its workers see it) or s3://bucket/prefix.',
      ),
    validationFraction: z
      .number()
      .gt(0)
      .max(FRACTION_MAX)
      .default(0.2)
      .describe("Share of the training part held out for validation, drawn once from the study's seed."),
    testFraction: z
      .number()
      .gt(0)
      .max(FRACTION_MAX)
      .optional()
      .describe(
        "Share of the training part held out as test examples; by default the data set's own test part is used.",
      ),
  })
  .refine(
    ({ validationFraction, testFraction = 0 }) =>
      Math.max(validationFraction, testFraction) > FRACTION_MAX || validationFraction + testFraction < 1,
    {
      error: 'validationFraction and testFraction together must be below 1',
      path: ['testFraction'],
    },
  )
  .describe('The images and their labels.');
