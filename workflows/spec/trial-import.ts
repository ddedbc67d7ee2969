import { z } from 'zod';
import { addressRule } from './dataset-address';

/** Formats that trials may be imported from; `study` is what an earlier study left in the store. */
const IMPORT_FORMATS = ['csv', 'json', 'parquet', 'optuna-sqlite', 'optuna-journal', 'study'] as const;

/** More files than anybody has a use for. */
const IMPORTS_MAX = 20;

const trialImport = z
  .strictObject({
    format: z
      .enum(IMPORT_FORMATS)
      .describe(
        "csv, json and parquet as `stepwell export` writes them, or tables of others; Optuna's storages; or study, an earlier study in the same store.",
      ),
    uri: z
      .string()
      .min(1)
      .refine((uri) => addressRule(uri) === undefined, { error: ({ input }) => addressRule(String(input)) })
      .optional()
      .describe('Where the file is: a path relative to the study file, file:///absolute/file or s3://bucket/key.'),
    study: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe('Name of the study: in an Optuna storage with several, or of the earlier study.'),
    score: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Column of a table that holds the scores; by default that of the study's own metric, then score, value, or another metric's, which a warning names.",
      ),
    direction: z
      .enum(['minimize', 'maximize'])
      .optional()
      .describe("In which direction the scores get better, where the file does not say; by default the study's own."),
    sameScale: z
      .boolean()
      .default(false)
      .describe(
        "Whether scores may be compared with this study's own: the same metric, data and length of training. Otherwise only their order counts.",
      ),
  })
  .superRefine(({ format, uri, study }, context) => {
    const add = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (format === 'study') {
      if (uri !== undefined) add('uri', 'must be left out for the format study, which is found by its name');
      if (study === undefined) add('study', 'is required for the format study: the name of an earlier study');
      else if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(study)) add('study', 'must be the name of a study');
    } else if (uri === undefined) add('uri', 'is required');
  });

/** The `import` of a sweep. */
export const trialImportsSchema = z
  .array(trialImport)
  .max(IMPORTS_MAX)
  .describe('Trials that were run elsewhere: they guide the sampler, and are neither run nor counted.');

export type TrialImport = z.output<typeof trialImport>;
export type ImportFormat = TrialImport['format'];
