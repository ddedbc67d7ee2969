import { z } from 'zod';
import { gridSize } from '../../search/grid';
import { SOBOL_DIMENSIONS_MAX } from '../../search/sobol-sequence';
import type { Space } from '../../search/space';

const bounds = (number: z.ZodNumber) => z.tuple([number, number]).refine(([low, high]) => low < high, 'must rise from the lowest to the highest value');
/** A step that leads nowhere would make a constant of the range. */
const stepFits = ([low, high]: readonly [number, number], step = 0): boolean => low >= high || step <= (high - low) * (1 + 1e-9);
const STEP_RULE = { error: 'must be at most the highest less the lowest value', path: ['step'] };
const scalar = z.union([z.number(), z.string(), z.boolean()]);

/** One dimension of a space. */
const dimensionSchema = z.union([
  z.strictObject({
    uniform: bounds(z.number()).describe('Lowest and highest value.'),
    step: z.number().gt(0).optional().describe('Values are the lowest plus multiples of this.'),
  }).refine(({ uniform, step }) => stepFits(uniform, step), STEP_RULE),
  z.strictObject({ logUniform: bounds(z.number().gt(0)).describe('Lowest and highest value, both above 0; drawn evenly in the logarithm.') }),
  z.strictObject({
    integer: bounds(z.int()).describe('Lowest and highest whole number.'),
    step: z.int().min(1).optional().describe('Values are the lowest plus multiples of this.'),
  }).refine(({ integer, step }) => stepFits(integer, step), STEP_RULE),
  z.strictObject({ choice: z.array(scalar).min(1).max(1000).refine((list) => new Set(list).size === list.length, 'must not have a value twice').describe('The values themselves, in order where they have one.') }),
  z.strictObject({ constant: scalar.describe('One value for all trials but the first, which is the study as it stands.') }),
]);

const samplerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('random') }).describe('Independent draws.'),
  z.strictObject({ name: z.literal('grid'), levels: z.int().min(2).max(1000).default(3).describe('Values per numeric dimension, both ends included.') })
    .describe('Every combination.'),
  z.strictObject({ name: z.literal('halton') }).describe('Evenly spread points, scrambled by the seed: any number of them, up to about ten dimensions.'),
  z.strictObject({ name: z.literal('sobol') }).describe('Evenly spread points, scrambled by the seed: evenest after 2, 4, 8, 16 ... of them.'),
  z.strictObject({
    name: z.literal('tpe'),
    startupTrials: z.int().min(1).max(10_000).default(10).describe('Points with a result before it learns from them; until then it draws at random.'),
  }).describe('Tree-structured Parzen estimator: learns from the points so far where good ones are. Worth it from about 20 trials on.'),
]);

/** Options of `regularizationSweep`. */
export const regularizationSweepOptions = z
  .strictObject({
    space: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'must be the name of a hyperparameter'), dimensionSchema)
      .refine((space) => Object.keys(space).length > 0, 'must have at least one hyperparameter')
      .describe('Hyperparameters to vary: the standard ones, and those that model.layers reads as { hparam: name }.'),
    sampler: samplerSchema.prefault({ name: 'random' }).describe('How points of the space are chosen.'),
    trials: z.int().min(2).max(1000).default(16).describe('Most trials before the replication; the first is the study as it stands.'),
    epochs: z.int().min(1).max(100_000).optional().describe('Length of each training; by default training.epochs.'),
    replicateTop: z.int().min(1).max(100).default(3).describe('How many of the best are trained again with further seeds.'),
    replicates: z.int().min(1).max(100).default(3).describe('Trainings of each of those and of the study as it stands, the first included.'),
  })
  .superRefine(({ space, sampler, trials }, context) => {
    const dimensions = Object.keys(space).length;
    if (sampler.name === 'sobol' && dimensions > SOBOL_DIMENSIONS_MAX) {
      context.addIssue({ code: 'custom', path: ['space'], message: `must have at most ${SOBOL_DIMENSIONS_MAX} hyperparameters for the sampler sobol, got ${dimensions}: use random or tpe` });
    }
    if (sampler.name !== 'grid') return;
    const needed = gridSize(space as Space, sampler.levels) + 1;
    if (needed > trials) context.addIssue({ code: 'custom', path: ['trials'], message: `must be at least ${needed}: every point of the grid, and the study as it stands` });
  });

export type RegularizationSweepOptions = z.output<typeof regularizationSweepOptions>;
