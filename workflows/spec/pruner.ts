/**
 * How a study says which trainings of a search are stopped on their way.
 *
 * @module
 */
import { z } from 'zod';

const startupTrials = z
  .int()
  .min(1)
  .max(10_000)
  .default(5)
  .describe('Points that must have ended before any is stopped; as many are trained in full.');
const warmupEpochs = z
  .int()
  .min(0)
  .max(100_000)
  .default(0)
  .describe('Nothing is stopped before the end of this epoch.');
const intervalEpochs = z
  .int()
  .min(1)
  .max(100_000)
  .optional()
  .describe('Epochs from one look to the next, each a pause with a checkpoint; by default a tenth of the training.');
const reductionFactor = z
  .int()
  .min(2)
  .max(100)
  .default(3)
  .describe('One in so many goes on from each rung to the next, which has so many times as many epochs.');
const minEpochs = z
  .int()
  .min(1)
  .max(100_000)
  .optional()
  .describe('Epochs to the first rung; by default a tenth of the training, which is the longest warm-up.');

/** One entry per pruner of `search/pruners`. */
export const prunerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('none') }).describe('Every point is trained in full.'),
  z
    .strictObject({ name: z.literal('median'), startupTrials, warmupEpochs, intervalEpochs })
    .describe('Stops a point whose best so far is worse than the median of the others at the same epoch.'),
  z
    .strictObject({
      name: z.literal('percentile'),
      percentile: z.number().min(0).max(100).default(25).describe('Share of the points that is kept, in percent.'),
      startupTrials,
      warmupEpochs,
      intervalEpochs,
    })
    .describe('The same for another share than the better half.'),
  z
    .strictObject({
      name: z.literal('patience'),
      patience: z.int().min(1).max(100_000).describe('Epochs that may pass without an improvement.'),
      minDelta: z.number().min(0).default(0).describe("What counts as one, in the objective's unit."),
      intervalEpochs,
    })
    .describe(
      'Stops a point that has not improved for some epochs. Unlike training.earlyStopping, which ends a training as a result, it is out.',
    ),
  z
    .strictObject({ name: z.literal('asha'), reductionFactor, minEpochs })
    .describe(
      'Asynchronous successive halving: trainings pause at rungs as checkpoints, and the best of each go on, on any worker.',
    ),
  z
    .strictObject({ name: z.literal('hyperband'), reductionFactor, minEpochs })
    .describe(
      'Several brackets of asha that begin at later and later rungs: for spaces in which early values mislead.',
    ),
  z
    .strictObject({
      name: z.literal('wilcoxon'),
      pThreshold: z
        .number()
        .gt(0)
        .lt(1)
        .default(0.1)
        .describe('Stops below this probability of being as bad by chance.'),
      startupSeeds: z.int().min(2).max(100).default(2).describe('Seeds before which nothing is stopped.'),
    })
    .describe(
      'Trains every point in full, and saves further seeds of those that are worse than the best beyond chance, by a signed-rank test.',
    ),
]);

/** One pruner, or several that act together. */
export const prunersSchema = z.union([
  prunerSchema,
  z
    .array(prunerSchema)
    .min(2)
    .max(4)
    .superRefine((pruners, context) => {
      const refuse = (path: number, message: string): void =>
        context.addIssue({ code: 'custom', path: [path, 'name'], message });
      for (const [i, { name }] of pruners.entries()) {
        if (name === 'none') refuse(i, 'must be a pruner that stops something where there are several: leave none out');
        const before = pruners.slice(0, i).find((other) => areRivals(other.name, name));
        if (before !== undefined) refuse(i, `must not be ${name} beside ${before.name}: one of them is enough`);
      }
    })
    .describe(
      'Several at once: a training goes on where all of them let it, e.g. asha for trainings with wilcoxon for their further seeds.',
    ),
]);

/** Whether two pruners would deal out the same epochs. */
function areRivals(a: string, b: string): boolean {
  const isHalving = (name: string): boolean => name === 'asha' || name === 'hyperband';
  return a === b || (isHalving(a) && isHalving(b));
}

/** Those that a sweep names. */
export function prunersOf(given: z.output<typeof prunersSchema>): readonly z.output<typeof prunerSchema>[] {
  return Array.isArray(given) ? given : [given];
}

/**
 * Seeds below which the signed-rank test reaches no probability below `pThreshold`, and one more that could be saved.
 */
export function replicatesForWilcoxon(pThreshold: number): number {
  return Math.floor(Math.log2(1 / pThreshold)) + 2;
}
