import { z } from 'zod';
import type { ScheduleSpec } from '../words/schedule';
import { GROWTH_DEFAULTS } from '../words/training-hparams';
import { scheduleSchema } from './schedules';

const size = () => z.int().min(1).max(65_536);
const max = size().optional().describe('Largest size; by default a tenth of the training examples.');
const learningRate = z
  .enum(['keep', 'coScale'])
  .default('keep')
  .describe(
    'What the learning rate does where batches grow: it stays, as growth takes the place of decay, or follows (linear for sgd, momentum and nesterov, else by the square root).',
  );

const milestone = z.strictObject({
  epoch: z.number().gt(0).describe('From this epoch on.'),
  batchSize: size().describe('Examples per optimizer step; a size below the one before has no effect.'),
});
const isRising = (list: readonly number[]): boolean => list.every((value, i) => i === 0 || value > list[i - 1]!);

/** How batches grow during a training. */
export const batchSizeScheduleSchema = z
  .discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('milestones'),
        at: z
          .array(milestone)
          .min(1)
          .max(16)
          .refine(
            (list) => isRising(list.map(({ epoch }) => epoch)) && isRising(list.map(({ batchSize }) => batchSize)),
            'must have rising epochs and rising batch sizes',
          )
          .describe('Sizes, by the epoch each begins at.'),
        learningRate,
      })
      .describe('At given epochs.'),
    z
      .strictObject({
        name: z.literal('doubling'),
        every: z.number().gt(0).max(100_000).describe('Epochs between two doublings.'),
        max,
        learningRate,
      })
      .describe('Twice as large every so many epochs.'),
    z
      .strictObject({
        name: z.literal('noiseScale'),
        max,
        measureEverySteps: z
          .int()
          .min(1)
          .max(100_000)
          .default(50)
          .describe(
            "Optimizer steps between two measurements of the gradient's noise, each of which costs about a step.",
          ),
        learningRate,
      })
      .describe('Twice as large at the end of an epoch, once the noise scale of the gradient is that large.'),
    z
      .strictObject({
        name: z.literal('decayToGrowth'),
        factor: z.number().gt(1).max(1000).default(2).describe('Growth at a time under the schedule exponential.'),
        max,
      })
      .describe(
        'Larger wherever the learning rate of the schedules piecewise or exponential would fall, which then stays.',
      ),
  ])
  .describe(
    'Batches that grow during a training, from hparams.batchSize up to no size that a batchSizeLadder has not verified.',
  );

/** What is wrong between a schedule of sizes and one of learning rates. */
export function growthProblem(
  sizes: z.output<typeof batchSizeScheduleSchema> | undefined,
  schedule: ScheduleSpec,
): string | undefined {
  if (sizes?.name !== 'decayToGrowth') return undefined;
  if (schedule.name === 'exponential')
    return schedule.factorPerEpoch < 1
      ? undefined
      : 'needs a training.schedule that falls: set a factorPerEpoch below 1';
  if (schedule.name !== 'piecewise')
    return `needs a training.schedule that says where the learning rate falls: piecewise or exponential, not ${schedule.name}`;
  const factors = schedule.milestones.map(({ factor }) => factor);
  const falls = factors.every((factor, i) => factor > 0 && factor < (factors[i - 1] ?? 1));
  return falls ? undefined : 'needs a training.schedule whose factors fall, from below 1 to above 0';
}

/**
 * What a study lacks for the kinds of growth that a space lists.
 *
 * @param own `training.batchSizeSchedule.name`, @param schedule `training.schedule`, both as written.
 */
export function unfitGrowth(kinds: readonly unknown[], own: unknown, schedule: unknown): string | undefined {
  if (kinds.includes('milestones') && own !== 'milestones')
    return 'needs the sizes of milestones in training.batchSizeSchedule: list doubling, or write them there';
  const parsed = scheduleSchema.safeParse(schedule ?? { name: 'constant' });
  if (!kinds.includes('decayToGrowth') || own === 'decayToGrowth' || !parsed.success) return undefined;
  return growthProblem({ name: 'decayToGrowth', ...GROWTH_DEFAULTS.decayToGrowth }, parsed.data);
}
