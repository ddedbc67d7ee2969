import { z } from 'zod';
import { addressRule } from './dataset-address';

/** A data set as a study names it, before it is packed and pinned. */
export interface DatasetSpec {
  readonly format: string;
  /** A path, `file://` or `s3://`. */
  readonly uri: string;
  /** Of folds, the share of one. */
  readonly validationFraction: number;
  /** Parts that validate in turn, of all that does not test; absent: one part validates. */
  readonly folds?: number;
  /** Held out of the training part; absent: the data set's own test part, if it has one. */
  readonly testFraction?: number;
}

/** Largest share that may be held out; the rest is for training. */
const FRACTION_MAX = 0.9;

const VALIDATION_FRACTION = 0.2;

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
      .optional()
      .describe(
        "Share of the training part held out for validation, drawn once from the study's seed; by default 0.2.",
      ),
    validation: z
      .strictObject({
        folds: z
          .int()
          .min(2)
          .max(20)
          .describe(
            'Parts of equal size that validate in turn: a sweep trains every point once a fold, and its score is the mean. Other stages validate on the first.',
          ),
      })
      .optional()
      .describe('Cross-validation, for small data sets; in place of validationFraction.'),
    testFraction: z
      .number()
      .gt(0)
      .max(FRACTION_MAX)
      .optional()
      .describe(
        "Share of the training part held out as test examples; by default the data set's own test part is used.",
      ),
  })
  .refine(({ validation, validationFraction }) => validation === undefined || validationFraction === undefined, {
    error: 'must be left out beside validation: each fold is as large as the others',
    path: ['validationFraction'],
  })
  .refine(
    ({ validationFraction = VALIDATION_FRACTION, testFraction = 0 }) =>
      Math.max(validationFraction, testFraction) > FRACTION_MAX || validationFraction + testFraction < 1,
    {
      error: 'validationFraction and testFraction together must be below 1',
      path: ['testFraction'],
    },
  )
  .describe('The images and their labels.');

/** With its defaults. */
export function completeDataset({
  format,
  uri,
  validation,
  validationFraction = VALIDATION_FRACTION,
  testFraction,
}: z.output<typeof datasetSchema>): DatasetSpec {
  return {
    format,
    uri,
    ...(validation === undefined
      ? { validationFraction }
      : { validationFraction: 1 / validation.folds, folds: validation.folds }),
    ...(testFraction !== undefined && { testFraction }),
  };
}
