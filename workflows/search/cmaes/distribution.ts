import { cholesky, solveLower } from '../cholesky';
import type { Constants } from './constants';
import { power } from '../power';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { exp, min, sqrt } = Math;

/** A normal distribution over the unit cube and what it remembers of its way. Vectors have one entry per dimension. */
export interface Distribution {
  readonly mean: Float64Array;
  readonly stepSize: number;
  /** Widens single coordinates: the margin of those with cells. */
  readonly scale: Float64Array;
  readonly covariance: Float64Array;
  /** Lower factor of the covariance. */
  readonly factor: Float64Array;
  readonly path: Float64Array;
  readonly stepPath: Float64Array;
  readonly generation: number;
}

/** A point with its loss, `null` for one that failed; a coordinate that it lacks is taken for the mean's. */
export interface Told {
  readonly units: readonly (number | undefined)[];
  readonly loss: number | null;
}

/** A distribution that is as wide in all dimensions. */
export function startAt(mean: Float64Array, stepSize: number): Distribution {
  const size = mean.length;
  const identity = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return {
    mean,
    stepSize,
    scale: new Float64Array(size).fill(1),
    covariance: identity,
    factor: identity,
    path: new Float64Array(size),
    stepPath: new Float64Array(size),
    generation: 0,
  };
}

/** Standard deviation of a coordinate. */
export function deviationOf({ stepSize, scale, covariance }: Distribution, dimension: number): number {
  return stepSize * scale[dimension]! * sqrt(covariance[dimension * (scale.length + 1)]!);
}

/** The point that belongs to a standard normal vector. */
export function transformed({ mean, stepSize, scale, factor }: Distribution, normal: ArrayLike<number>): Float64Array {
  const size = mean.length;
  return mean.map((centre, i) => {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += factor[i * size + k]! * normal[k]!;
    return centre + stepSize * scale[i]! * sum;
  });
}

/**
 * The distribution after a generation; `undefined` where it has degenerated. Of one in which everything failed nothing
 * is learned.
 *
 * The points need not be its own: steps longer than a draw's would be are shortened, so that a trial that ended late,
 * or that the study began with, does no harm.
 *
 * Source: N. Hansen, arXiv:1604.00772; steps of any origin, N. Hansen, "Injecting External Solutions Into CMA-ES",
 * arXiv:1110.4181; a Cholesky factor in place of the root of the covariance, O. Krause et al., "CMA-ES with Optimal
 * Covariance Update and Storage Complexity", NIPS 2016.
 */
export function learned(before: Distribution, constants: Constants, told: readonly Told[]): Distribution | undefined {
  const ranked = [...told].sort((a, b) => (a.loss ?? Infinity) - (b.loss ?? Infinity) || 0);
  const scored = ranked.filter(({ loss }) => loss !== null).length;
  if (scored === 0) return before;
  const steps = ranked.map(({ units }) => stepTo(before, constants, units));
  const { dimensions: size, stepRate, effective, meanLength } = constants;
  const weights = weightsOf(constants, scored);
  const step = new Float64Array(size);
  steps.forEach(({ vector }, rank) => vector.forEach((one, i) => (step[i]! += Math.max(0, weights[rank]!) * one)));
  const whitened = solveLower(before.factor, step);
  const stepPath = before.stepPath.map(
    (one, i) => (1 - stepRate) * one + sqrt(stepRate * (2 - stepRate) * effective) * whitened[i]!,
  );
  const length = norm(stepPath);
  const isCalm =
    length / sqrt(1 - power(1 - stepRate, 2 * (before.generation + 1))) < (1.4 + 2 / (size + 1)) * meanLength;
  const path = before.path.map(
    (one, i) =>
      (1 - constants.pathRate) * one +
      (isCalm ? sqrt(constants.pathRate * (2 - constants.pathRate) * effective) * step[i]! : 0),
  );
  const covariance = adapted(before.covariance, constants, { path, isCalm, weights, steps });
  const factor = cholesky(covariance, size);
  if (factor === undefined) return undefined;
  return {
    covariance,
    factor,
    path,
    stepPath,
    scale: before.scale,
    generation: before.generation + 1,
    mean: before.mean.map((one, i) => one + before.stepSize * before.scale[i]! * step[i]!),
    stepSize: before.stepSize * exp(min(1, (stepRate / constants.stepDamping) * (length / meanLength - 1))),
  };
}

interface Step {
  readonly vector: Float64Array;
  /** Its length, measured by the distribution. */
  readonly length: number;
}

function stepTo(
  { mean, stepSize, scale, factor }: Distribution,
  { dimensions }: Constants,
  units: Told['units'],
): Step {
  const vector = mean.map((centre, i) => ((units[i] ?? centre) - centre) / (stepSize * scale[i]!));
  const length = norm(solveLower(factor, vector));
  const longest = sqrt(dimensions) + (2 * dimensions) / (dimensions + 2);
  return length <= longest
    ? { vector, length }
    : { vector: vector.map((one) => (one * longest) / length), length: longest };
}

/** What failed has no part in where the mean goes, even where little else is there. */
function weightsOf({ weights }: Constants, scored: number): readonly number[] {
  const own = weights.map((weight, rank) => (rank < scored || weight < 0 ? weight : 0));
  const sum = own.reduce((total, weight) => total + Math.max(0, weight), 0);
  return own.map((weight) => (weight > 0 ? weight / sum : weight));
}

interface Lesson {
  readonly path: Float64Array;
  readonly isCalm: boolean;
  readonly weights: readonly number[];
  readonly steps: readonly Step[];
}

function adapted(
  covariance: Float64Array,
  { dimensions: size, rankOne, rankMany, pathRate }: Constants,
  { path, isCalm, weights, steps }: Lesson,
): Float64Array {
  const kept =
    1 +
    (isCalm ? 0 : rankOne * pathRate * (2 - pathRate)) -
    rankOne -
    rankMany * weights.reduce((sum, one) => sum + one, 0);
  const next = covariance.map((one) => kept * one);
  const add = (vector: Float64Array, weight: number): void => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) next[i * size + j]! += weight * vector[i]! * vector[j]!;
    }
  };
  add(path, rankOne);
  steps.forEach(({ vector, length }, rank) => {
    const weight = weights[rank]!;
    if (weight !== 0 && length > 0) add(vector, rankMany * (weight > 0 ? weight : (weight * size) / length ** 2));
  });
  return next;
}

function norm(vector: Float64Array): number {
  return sqrt(vector.reduce((sum, one) => sum + one * one, 0));
}
