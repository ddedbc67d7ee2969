/**
 * The whole study file as one zod schema: what the JSON Schema and the TypeScript types are made of.
 *
 * @module
 */
import { z } from 'zod';
import { datasetSchema } from './dataset';
import { modelSchema } from './model';
import { metricNamed, VALIDATION_METRICS, type ValidationMetric } from '../tasks';
import { STAGE_NAMES, stageNamed, STAGES_MAX, stageUseSchema } from './stage-uses';
import type { StageUseInput } from './stage-uses';
import { DEFAULT_METRIC, taskSchema } from './task';
import { trainingSchema } from './training';

/** A name becomes part of object keys and workflow ids. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const objectiveSchema = z
  .strictObject({
    metric: z
      .enum(VALIDATION_METRICS)
      .default(DEFAULT_METRIC)
      .describe('What trials are compared by, at their best epoch.'),
    direction: z
      .enum(['minimize', 'maximize'])
      .optional()
      .describe('Follows from the metric: losses are minimized, scores such as valAccuracy maximized.'),
  })
  .superRefine(({ metric, direction }, context) => {
    if (direction !== undefined && direction !== directionOf(metric))
      context.addIssue({
        code: 'custom',
        message: `must be ${directionOf(metric)} for ${metric}`,
        path: ['direction'],
      });
  })
  .describe('What better means.');

/** The direction in which a metric improves. */
export const directionOf = (metric: ValidationMetric): 'minimize' | 'maximize' => metricNamed(metric).direction;

const budgetSchema = z
  .strictObject({
    deviceMinutes: z
      .number()
      .gt(0)
      .max(1e7)
      .nullable()
      .default(null)
      .describe('Most minutes of device time over all trials; null for no limit.'),
    maxTrials: z
      .int()
      .min(1)
      .max(100_000)
      .nullable()
      .default(null)
      .describe('Most trials over all stages; null for no limit.'),
    parallelTrials: z
      .int()
      .min(1)
      .max(256)
      .default(2)
      .describe('Trials that run at the same time, given workers enough.'),
    stageShares: z
      .strictObject(Object.fromEntries(STAGE_NAMES.map((name) => [name, z.number().gt(0).max(1).optional()])))
      .refine(
        (shares) => Object.values(shares).reduce<number>((sum, share) => sum + (share ?? 0), 0) <= 1 + 1e-9,
        'must be at most 1 in all',
      )
      .optional()
      .describe(
        `Shares of deviceMinutes by stage, where the usual ones do not fit: ${STAGE_NAMES.map(
          (name) => `${name} ${stageNamed(name).budgetShare}`,
        ).join(', ')}.`,
      ),
  })
  .refine(({ deviceMinutes, stageShares }) => stageShares === undefined || deviceMinutes !== null, {
    error: 'are shares of deviceMinutes, which must be set as well',
    path: ['stageShares'],
  })
  .describe('What the study may spend; the final training is reserved first.');

/** Every section of a study file but `stages`, which are parsed one by one so that all problems show at once. */
export const sections = {
  $schema: z.string().optional().describe('Address of this schema, for editors.'),
  apiVersion: z.literal('stepwell/v1').default('stepwell/v1').describe('Version of the study language.'),
  kind: z.literal('Study').default('Study'),
  name: z
    .string()
    .regex(NAME, 'must be 1 to 63 lower-case letters, digits and dashes, with no dash at either end')
    .describe('Name of the study: its id in Temporal, in the log and in the bucket.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe('Seeds everything that is drawn: weights, order, dropout, augmentation, search.'),
  reproducible: z
    .boolean()
    .default(false)
    .describe(
      'Whether decisions must not depend on measured times or on the order in which parallel trials end; slower.',
    ),
  dataset: datasetSchema,
  model: modelSchema,
  task: taskSchema,
  training: trainingSchema.prefault({}),
  objective: objectiveSchema.prefault({}),
  budget: budgetSchema.prefault({}),
  checkpointEverySeconds: z
    .number()
    .min(0.1)
    .max(86_400)
    .default(60)
    .describe('Seconds of training between checkpoints: a crash loses little more than these.'),
  checkpointEverySteps: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Also a checkpoint whenever a training has made a multiple of so many optimizer steps.'),
} as const;

export const studySchema = z
  .strictObject({
    ...sections,
    stages: z.array(stageUseSchema).min(1).max(STAGES_MAX).describe('The questions to answer, in order.'),
  })
  .describe('A Stepwell study: what to tune and train, in stages.');

type Sections = z.input<z.ZodObject<typeof sections>>;

/** A study as people write it, in TypeScript or in a file. */
export type StudyInput = Sections & { readonly stages: readonly StageUseInput[] };

/** A study written in TypeScript: a misspelt option is a type error. What types cannot say, `parseStudy` checks. */
export function defineStudy(study: StudyInput): StudyInput {
  return study;
}
