/**
 * The search for points of a space, without Temporal: spaces, samplers as pure functions, and the counter-based
 * randomness under them.
 *
 * A sampler is asked with all trials so far, and answers the same to the same question:
 *
 * ```ts
 * import { SAMPLERS } from 'stepwell/search';
 * import type { Observation, Space } from 'stepwell/search';
 *
 * const space: Space = { learningRate: { logUniform: [1e-5, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };
 * const observations: Observation[] = [];
 * for (let index = 0; index < 50; index++) {
 *   const hparams = SAMPLERS.tpe.suggest({ space, options: { startupTrials: 10 }, index, seed: 17, observations, direction: 'minimize' });
 *   observations.push({ hparams, score: train(hparams) });
 * }
 * ```
 *
 * `createSearch` keeps the trials itself, any number of them running, and is asked and told.
 *
 * @module
 */
export { createSearch } from './ask-tell';
export type { Asked, Search, SearchOptions } from './ask-tell';
export { PRUNERS } from './pruners';
export type { CurvePoint, PrunableTrial, Pruner, PrunerContext, Verdict } from './pruners';
export { deriveSeed, hash32, permutation, uniform } from './random';
export { gridSize } from './grid';
export type { Observation, Sampler, SamplerContext } from './sampler';
export { SAMPLERS } from './samplers';
export {
  activeNames,
  cardinality,
  flattenSpace,
  pointAt,
  pointKey,
  pointsIn,
  spaceProblems,
  unitOf,
  unitsOf,
  valueAtUnit,
} from './space';
export type { Branches, Dimension, Factors, NestedSpace, Scalar, Shrinkage, Space, SpaceProblem } from './space';
