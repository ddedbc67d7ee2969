/**
 * The search for points of a space: samplers as pure functions, and the counter-based randomness under them.
 *
 * @module
 */
import { grid } from './grid';
import { halton } from './halton';
import { random } from './random-search';
import type { Sampler } from './sampler';
import { sobol } from './sobol';
import { tpe } from './tpe';

export { deriveSeed, hash32, permutation, uniform } from './random';
export { gridSize } from './grid';
export type { Observation, Sampler, SamplerContext } from './sampler';
export { cardinality, pointAt, unitOf, unitsOf, valueAtUnit } from './space';
export type { Dimension, Scalar, Space } from './space';

/** Every sampler by its name in a study. A new one is a file here, one line below and one in the sweep's options. */
export const SAMPLERS: Readonly<Record<string, Sampler>> = { random, grid, halton, sobol, tpe };
