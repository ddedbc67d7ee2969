import { z } from 'zod';
import { STANDARD_HPARAMS } from '../words/hparams';
import type { StandardHParam } from '../words/hparams';
import { batchSizeScheduleSchema, growthProblem } from './batch-sizes';
import { earlyStoppingSchema } from './early-stopping';
import { optimizerSchema } from './optimizers';
import { scheduleSchema } from './schedules';

function standardHParam({ min, max, integer, description }: StandardHParam): z.ZodOptional<z.ZodNumber> {
  const number = (integer === true ? z.int() : z.number()).min(min).max(max);
  return number.optional().describe(`${description[0]?.toUpperCase()}${description.slice(1)}.`);
}

type StandardShape = { [Name in keyof typeof STANDARD_HPARAMS]: z.ZodOptional<z.ZodNumber> };

const standardShape = Object.fromEntries(
  Object.entries(STANDARD_HPARAMS).map(([name, hparam]) => [name, standardHParam(hparam)]),
) as StandardShape;

const hparamsSchema = z
  .object(standardShape)
  .catchall(z.union([z.number(), z.string(), z.boolean()]))
  .describe(
    'Where the hyperparameters start: the standard ones, and those that model.layers reads as { hparam: name }.',
  );

const weightAverageSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('ema'),
      decay: z
        .number()
        .gt(0)
        .max(STANDARD_HPARAMS.emaDecay.max)
        .default(0.999)
        .describe('Share that the average keeps at every step; less at first.'),
    }),
    z.strictObject({
      kind: z.literal('swa'),
      startFraction: z.number().min(0).lt(1).default(0.75).describe('Share of the training after which it begins.'),
      everyEpochs: z.int().min(1).max(1000).default(1).describe('Epochs from one average to the next.'),
    }),
  ])
  .optional()
  .describe(
    'An average of the weights that is validated, and kept as the model, in place of the last weights. As the hyperparameters emaDecay, swaStartFraction and swaEveryEpochs a sweep searches it.',
  );

export const trainingSchema = z
  .strictObject({
    optimizer: optimizerSchema.prefault({ name: 'adam' }),
    schedule: scheduleSchema.prefault({ name: 'constant' }),
    epochs: z
      .int()
      .min(1)
      .max(100_000)
      .default(10)
      .describe('Passes over the training examples, where a stage does not say otherwise.'),
    batchSizeSchedule: batchSizeScheduleSchema.optional(),
    weightAverage: weightAverageSchema,
    earlyStopping: earlyStoppingSchema
      .nullable()
      .default(null)
      .describe('Ends a trial once it stops improving; null for never.'),
    classWeights: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().gt(0).max(1e6))])
      .optional()
      .describe(
        'Weights in the loss by the name of a class, 1 for those not named; balanced: the rarer, the heavier, with a mean of 1. Validation and test are not weighted.',
      ),
    sampler: z
      .enum(['shuffled', 'balanced'])
      .default('shuffled')
      .describe(
        'Order of the examples: every one once a pass, or every class equally often, in passes of the same length.',
      ),
    hparams: hparamsSchema.prefault({}),
  })
  .superRefine(({ schedule, batchSizeSchedule }, context) => {
    const message = growthProblem(batchSizeSchedule, schedule);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['batchSizeSchedule', 'name'], message });
  })
  .describe('How every trial trains.');
