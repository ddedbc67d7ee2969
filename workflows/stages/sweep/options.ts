import { z } from 'zod';
import { boundSideOf, type Bound } from '../../analysis/constraints';
import { gridSize } from '../../search/grid';
import { conditionProblems } from '../../search/space';
import { misfitsIn } from '../../search/space/fit';
import { prunersOf, prunersSchema, replicatesForWilcoxon } from '../../spec/pruner';
import { splitsSchema } from '../../spec/replicates';
import { refusalOf, samplerSchema } from '../../spec/sampler';
import { scalarSchema, spaceSchema } from '../../spec/space';
import { terminatorSchema } from '../../spec/terminator';
import { trialImportsSchema } from '../../spec/trial-import';
import { metricNamed, VALIDATION_METRICS, type ValidationMetric } from '../../tasks';
import type { ImportedTrials } from './imported';
import { replicationOf } from '../replicates';

const bound = (what: string) =>
  z
    .strictObject({ max: z.number().gt(0) })
    .optional()
    .describe(`Most ${what}.`);

const bounded = (metric: ValidationMetric): z.ZodOptional<z.ZodType<Bound>> => {
  const { title } = metricNamed(metric);
  const side = boundSideOf(metric);
  const schema: z.ZodType<Bound> =
    side === 'min' ? z.strictObject({ min: z.number() }) : z.strictObject({ max: z.number() });
  return schema
    .optional()
    .describe(`${side === 'min' ? 'Least' : 'Most'} ${title} of the validation split, at the best epoch.`);
};

const seeds = z.int().min(1).max(100);

const replicatesSchema = z.union([
  seeds,
  z
    .strictObject({
      seeds: seeds.min(2).default(3).describe('Trainings of each at first.'),
      seedsMax: seeds
        .optional()
        .describe(
          'As many at most, where further seeds may change the verdict and the budget allows; by default no more.',
        ),
      splits: splitsSchema,
    })
    .refine(({ seeds: first, seedsMax = first }) => seedsMax >= first, {
      path: ['seedsMax'],
      message: 'must be at least seeds',
    }),
]);

/** Options of `sweep`, by whichever name. */
export const sweepOptions = z
  .strictObject({
    space: spaceSchema.describe(
      'Hyperparameters to vary: the standard ones, those that model.layers reads as { hparam: name }, the training itself (optimizer, schedule, their constants, warmupSteps, epochs), and those that others depend on.',
    ),
    sampler: samplerSchema.prefault({ name: 'random' }).describe('How points of the space are chosen.'),
    pruner: prunersSchema
      .prefault({ name: 'none' })
      .describe('Which trainings of the search are stopped on their way.'),
    terminator: terminatorSchema.optional(),
    trials: z
      .int()
      .min(2)
      .max(10_000)
      .default(16)
      .describe('Most trials before the replication; the first is the study as it stands.'),
    enqueue: z
      .array(
        z
          .record(z.string(), scalarSchema)
          .refine((point) => Object.keys(point).length > 0, 'must name at least one hyperparameter'),
      )
      .max(9999)
      .default([])
      .describe(
        'Points that are known to be good: tried first, after the study as it stands. What a point leaves out is as the study stands.',
      ),
    import: trialImportsSchema.default([]),
    constraints: z
      .strictObject({
        peakBytes: bound('resident memory of the trainer'),
        deviceSeconds: bound('device time of a whole training'),
        parameters: bound('weights of the model'),
        ...(Object.fromEntries(VALIDATION_METRICS.map((metric) => [metric, bounded(metric)])) as Readonly<
          Record<ValidationMetric, z.ZodOptional<z.ZodType<Bound>>>
        >),
      })
      .default({})
      .describe(
        'What a point may cost at most, and how good it must be by metrics besides the objective. Whatever keeps these is better than all that does not, whatever its objective.',
      ),
    secondObjective: z
      .enum(['parameters', 'deviceSeconds', 'peakBytes', ...VALIDATION_METRICS])
      .optional()
      .describe(
        'What the search is to keep small, or a metric that it is to better, beside the objective: it seeks the front of both, by the samplers tpe, nsga2 and cmaes. A metric is taken at the best epoch by the objective.',
      ),
    choose: z
      .enum(['objective', 'knee'])
      .default('objective')
      .describe(
        'What of a front is the answer, within the constraints: the best by the objective, or the knee, the point furthest below the line between its ends. Where there is no knee the objective decides.',
      ),
    epochs: z.int().min(1).max(100_000).optional().describe('Length of each training; by default training.epochs.'),
    replicateTop: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe('How many of the best are trained again with further seeds.'),
    replicates: replicatesSchema
      .default(3)
      .describe('Trainings of each of those and of the study as it stands, the first included.'),
    equivalenceMargin: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        'The smallest improvement that matters: of a loss as a share of it, of an accuracy as a difference. By default a tenth of the loss, or one point (0.01) of accuracy.',
      ),
    keepWeights: z
      .enum(['all', 'best', 'none'])
      .default('best')
      .describe(
        "Whose weights stay in the store: every training's, those of the best training at the point that the sweep decides on, or none. The final training keeps its own in any case.",
      ),
  })
  .superRefine(({ pruner, replicates }, context) => {
    const wilcoxon = prunersOf(pruner).find(({ name }) => name === 'wilcoxon');
    if (wilcoxon?.name !== 'wilcoxon') return;
    const needed = replicatesForWilcoxon(wilcoxon.pThreshold);
    if (replicationOf({ replicates }).seeds < needed)
      context.addIssue({
        code: 'custom',
        path: ['replicates'],
        message: `must be at least ${needed} for the pruner wilcoxon: of fewer seeds it can save none`,
      });
  })
  .superRefine(({ choose, pruner, secondObjective }, context) => {
    if (choose !== 'knee') return;
    const path = ['choose'];
    if (secondObjective === undefined)
      context.addIssue({ code: 'custom', path, message: 'must not be knee without a secondObjective: set one' });
    if (prunersOf(pruner).some(({ name }) => name === 'wilcoxon'))
      context.addIssue({
        code: 'custom',
        path,
        message: 'must not be knee beside the pruner wilcoxon, which saves the seeds that tell where it lies',
      });
  })
  .superRefine(({ sampler, terminator, secondObjective }, context) => {
    if (secondObjective === undefined) return;
    if (sampler.name === 'gp')
      context.addIssue({
        code: 'custom',
        path: ['sampler', 'name'],
        message: 'must not be gp with a secondObjective: use tpe or nsga2',
      });
    if (terminator !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['terminator'],
        message: 'must be left out with a secondObjective: it ends a search by the objective alone',
      });
  })
  .superRefine(({ pruner, terminator }, context) => {
    const pausing = prunersOf(pruner).find(({ name }) => name !== 'none' && name !== 'wilcoxon');
    if (terminator !== undefined && pausing !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['terminator'],
        message: `must be left out beside the pruner ${pausing.name}: it tells the noise of whole trainings only`,
      });
  })
  .superRefine(({ space, sampler, trials, enqueue }, context) => {
    for (const [i, point] of enqueue.entries()) {
      for (const { name, rule } of misfitsIn(space, point))
        context.addIssue({ code: 'custom', path: ['enqueue', i, name], message: rule });
    }
    if (enqueue.length >= trials)
      context.addIssue({
        code: 'custom',
        path: ['trials'],
        message: `must be above ${enqueue.length}: every enqueued point, and the study as it stands`,
      });
    // The conditions' own problems are reported with the study's: here they would only lead to others.
    if (conditionProblems(space).length > 0) return;
    const refusal = refusalOf(sampler, space);
    if (refusal !== undefined) context.addIssue({ code: 'custom', path: ['space'], message: refusal });
    if (sampler.name !== 'grid') return;
    const needed = gridSize(space, sampler.levels) + enqueue.length + 1;
    if (needed > trials)
      context.addIssue({
        code: 'custom',
        path: ['trials'],
        message: `must be at least ${needed}: every point of the grid${enqueue.length > 0 ? ', every enqueued one' : ''}, and the study as it stands`,
      });
  });

/** As parsed, and what `resolveStudy` made of the imports. */
export type SweepOptions = z.output<typeof sweepOptions> & {
  readonly imported?: readonly ImportedTrials[];
};
