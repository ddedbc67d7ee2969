/**
 * How a study says how points of a space are chosen.
 *
 * @module
 */
import { z } from 'zod';
import { CMAES_RULE, cmaesDimensions } from '../search/cmaes/cmaes';
import { SOBOL_DIMENSIONS_MAX } from '../search/sobol-sequence';
import type { Space } from '../search/space';

const startupTrials = z
  .int()
  .min(1)
  .max(10_000)
  .default(10)
  .describe('Points with a result before it learns from them; until then it draws without them.');

/** One entry per sampler of `search/samplers`. */
export const samplerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('random') }).describe('Independent draws.'),
  z
    .strictObject({
      name: z.literal('grid'),
      levels: z
        .int()
        .min(2)
        .max(1000)
        .default(3)
        .describe('Values per range, both ends included; lists, and what others depend on, are taken whole.'),
    })
    .describe('Every combination.'),
  z
    .strictObject({ name: z.literal('halton') })
    .describe('Evenly spread points, scrambled by the seed: any number of them, up to about ten dimensions.'),
  z
    .strictObject({ name: z.literal('sobol') })
    .describe('Evenly spread points, scrambled by the seed: evenest after 2, 4, 8, 16 ... of them.'),
  z
    .strictObject({
      name: z.literal('tpe'),
      startupTrials,
      costAware: z
        .boolean()
        .optional()
        .describe(
          'Weighs what it hopes for at a point by the device seconds of trials around it: it tries more in the same time, which pays where costly points are not the better ones.',
        ),
    })
    .describe(
      'Tree-structured Parzen estimator: learns from the points so far where good ones are. For any space, conditions and choices too; worth it from about 20 trials on. Every fifth point is drawn at random.',
    ),
  z
    .strictObject({
      name: z.literal('cmaes'),
      population: z
        .int()
        .min(4)
        .max(1000)
        .optional()
        .describe('Trials of a generation; by default 4 + 3 ln(dimensions).'),
    })
    .describe(
      'Covariance matrix adaptation evolution strategy: for ranges that interact, and some 50 trials or more. Choices and conditional hyperparameters are left to tpe. Every fifth point is drawn at random.',
    ),
  z
    .strictObject({
      name: z.literal('nsga2'),
      population: z.int().min(4).max(1000).optional().describe('Points that children come from; by default 20.'),
    })
    .describe(
      'NSGA-II, a genetic algorithm: for two objectives, any space, and some 100 trials or more. Every fifth point is drawn at random.',
    ),
  z
    .strictObject({ name: z.literal('gp'), startupTrials })
    .describe(
      'Gaussian process with expected improvement: the most out of few trials, up to about 20 hyperparameters and some 300 trials. Every fifth point is drawn at random.',
    ),
]);

/** Why a space is none for a sampler; `undefined` if it is. */
export function refusalOf(sampler: z.output<typeof samplerSchema>, space: Space): string | undefined {
  const dimensions = Object.keys(space).length;
  if (sampler.name === 'sobol' && dimensions > SOBOL_DIMENSIONS_MAX)
    return `must have at most ${SOBOL_DIMENSIONS_MAX} hyperparameters for the sampler sobol, got ${dimensions}: use random or tpe`;
  return sampler.name === 'cmaes' && cmaesDimensions(space).length === 0 ? CMAES_RULE : undefined;
}
