import { IMAGE_FITS } from '../words/study';
import type { ImageFit } from '../words/study';
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
  /** Only of formats whose examples are image files. */
  readonly image?: ImageSpec;
  /** Only of tables. */
  readonly columns?: ColumnsSpec;
}

/** Names of a table's columns; what is absent is found by the names that are in use. */
export interface ColumnsSpec {
  readonly path?: string;
  readonly label?: string;
  /** Numbers, or 0 and 1, in place of a label. */
  readonly targets?: readonly string[];
  readonly split?: string;
}

/** How image files become examples of one size. */
export interface ImageSpec {
  /** Height and width; absent: those of the files, which must then all have the same. */
  readonly size?: readonly [number, number];
  readonly fit: ImageFit;
  /** Absent: grey where all files are, else colour. */
  readonly channels?: 'grey' | 'rgb';
  /** Share of the files that may be broken, and are then left out. */
  readonly skipBroken: number;
}

/** Larger examples than any model here takes. */
const SIDE_MAX = 2048;
const SKIPPED_MAX = 0.5;

const side = z.int().min(1).max(SIDE_MAX);

const imageSchema = z
  .strictObject({
    size: z
      .tuple([side, side])
      .optional()
      .describe('Height and width of every example in pixels; by default those of the files, if all have the same.'),
    fit: z
      .enum(IMAGE_FITS)
      .default('cover')
      .describe(
        'Where a file has other proportions: cover cuts what is too much, contain adds black, stretch distorts.',
      ),
    channels: z
      .enum(['grey', 'rgb'])
      .optional()
      .describe('One channel or three; by default grey where all files are grey, else rgb.'),
    skipBroken: z
      .number()
      .min(0)
      .max(SKIPPED_MAX)
      .default(0)
      .describe('Share of the files that may be broken and are left out; where there are more, all are named.'),
  })
  .describe('How image files become examples of one size.');

/** Largest share that may be held out; the rest is for training. */
const FRACTION_MAX = 0.9;

const VALIDATION_FRACTION = 0.2;
const column = z.string().min(1);

const columnsSchema = z
  .strictObject({
    path: column
      .optional()
      .describe("Of the images' paths, relative to the table; by default path, file_name or the like."),
    label: column.optional().describe('Of the class; by default label, class or the like.'),
    targets: z
      .array(column)
      .min(1)
      .optional()
      .describe('Of numbers, or of 0 and 1 for labels; by default, where there is no label, all other columns.'),
    split: column.optional().describe('Of train, val or test; by default split or the like.'),
  })
  .refine(({ label, targets }) => label === undefined || targets === undefined, {
    error: 'label and targets exclude each other',
    path: ['targets'],
  })
  .describe("Names of a table's columns, where they are not those in use.");

export const datasetSchema = z
  .strictObject({
    format: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'must be the name of a format, such as folders or idx')
      .meta({ examples: ['folders', 'table', 'npz', 'idx', 'cifar', 'cifar100'] })
      .describe(
        'Format of the files: folders (images, a folder a class), table (images that a CSV or JSON Lines file lists), npz (NumPy arrays such as x_train and y_train), idx (MNIST, Fashion-MNIST; gzipped or not; labels or numbers also as train-labels.csv) cifar (CIFAR-10 binary), cifar100 or cifar100-coarse (its classes or superclasses).',
      ),
    uri: z
      .string()
      .min(1)
      .refine((uri) => addressRule(uri) === undefined, { error: ({ input }) => addressRule(String(input)) })
      .describe(
        'Where the files are: a folder relative to the study file, or a zip file in its place, file:///absolute/folder (on a cluster, as its workers see it) or s3://bucket/prefix.',
      ),
    validationFraction: z
      .number()
      .gt(0)
      .max(FRACTION_MAX)
      .optional()
      .describe(
        "Share of the training part held out for validation, drawn once from the study's seed; by default 0.2. Not used where the data set has a validation part of its own.",
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
    image: imageSchema.optional(),
    columns: columnsSchema.optional(),
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
