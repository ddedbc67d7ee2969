import { cholesky, inverseOf, solveLower, solveUpper } from '../cholesky';
import type { FeatureMap, Features } from './features';
import { matern52, matern52Slope } from './matern';
import { minimize } from './minimize';
import type { Objective } from './minimize';
import type { Hyperparameters } from './model';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { exp, log, SQRT2 } = Math;

/**
 * Variance of the logarithm of a length scale; its mean grows with the dimensions, without which a process of many
 * dimensions takes everything for noise.
 *
 * Source: C. Hvarfner et al., "Vanilla Bayesian Optimization Performs Great in High Dimensions", ICML 2024
 * (arXiv:2402.02229).
 */
const LENGTH_VARIANCE = 3;

/** Mean and variance of the logarithm of the noise: from none to as much as the process itself is likely. */
const NOISE_MEAN = -6;
const NOISE_VARIANCE = 4;

/** Least share of noise: duplicates must not make a matrix singular. */
const NOISE_MIN = 1e-6;

/** Values of variance 1 that the process's variance has seen before any: with few points it stays near that. */
const PRIOR_VALUES = 2;

/**
 * Where descents start, as factors on the expected length scales; their steps, and those of the better one after that.
 */
const STARTS = [1, 0.15];
const FIRST_STEPS = 5;
const FURTHER_STEPS = 10;

/**
 * The likeliest hyperparameters after values of mean 0 and variance near 1: the better of two descents. The variance of
 * the process is not searched for, it follows from the others.
 */
export function fitted(map: FeatureMap, points: readonly Features[], values: Float64Array): Hyperparameters {
  const expected = SQRT2 + log(map.size) / 2;
  const objective = objectiveOf(map, points, values, expected);
  const ends = STARTS.map((factor) =>
    minimize(
      objective,
      new Float64Array(map.size + 1).fill(expected + log(factor)).fill(NOISE_MEAN, map.size),
      FIRST_STEPS,
    ),
  );
  const best = minimize(objective, ends.reduce((a, b) => (b.value < a.value ? b : a)).at, FURTHER_STEPS).at;
  const { inverseSquares, noise } = natural(best);
  const seen = seenBy(scaledDistances(distancesOf(map, points), inverseSquares), noise, values);
  return { inverseSquares, noise, variance: varianceOf(values, seen?.weights) };
}

/** From logarithms of length scales and of the noise. */
function natural(logs: Float64Array): Pick<Hyperparameters, 'inverseSquares' | 'noise'> {
  const noise = NOISE_MIN + exp(logs[logs.length - 1]!);
  return { inverseSquares: logs.slice(0, -1).map((length) => exp(-2 * length)), noise };
}

/**
 * Minus the logarithm of the probability of the values times the priors', by the logarithms of the hyperparameters;
 * constants left out.
 */
function objectiveOf(map: FeatureMap, points: readonly Features[], values: Float64Array, expected: number): Objective {
  const distances = distancesOf(map, points);
  return (logs) => {
    const { inverseSquares, noise } = natural(logs);
    const scaled = scaledDistances(distances, inverseSquares);
    const seen = seenBy(scaled, noise, values);
    if (seen === undefined) return { value: Infinity, gradient: new Float64Array(logs.length) };
    const variance = varianceOf(values, seen.weights);
    let value = ((values.length + PRIOR_VALUES) / 2) * log(variance);
    for (let i = 0; i < values.length; i++) value += log(seen.factor[i * (values.length + 1)]!);
    const gradient = gradientOf({ distances, inverseSquares, scaled, variance, ...seen });
    gradient[map.size]! *= noise - NOISE_MIN;
    logs.forEach((one, i) => {
      const [mean, spread] = i < map.size ? [expected, LENGTH_VARIANCE] : [NOISE_MEAN, NOISE_VARIANCE];
      value += (one - mean) ** 2 / (2 * spread);
      gradient[i]! += (one - mean) / spread;
    });
    return { value, gradient };
  };
}

/** Squared distances of all pairs of different points, in the order of a lower triangle, dimension by dimension. */
function distancesOf(map: FeatureMap, points: readonly Features[]): readonly Float64Array[] {
  return Array.from({ length: map.size }, (_, dimension) => {
    const factors = new Float64Array(map.size).fill(1, dimension, dimension + 1);
    return Float64Array.from(
      points.flatMap((point, i) => points.slice(0, i).map((other) => map.squaredDistance(point, other, factors))),
    );
  });
}

function scaledDistances(distances: readonly Float64Array[], inverseSquares: Float64Array): Float64Array {
  const sums = new Float64Array(distances[0]!.length);
  distances.forEach((own, dimension) => {
    const factor = inverseSquares[dimension]!;
    for (let pair = 0; pair < sums.length; pair++) sums[pair]! += factor * own[pair]!;
  });
  return sums;
}

/** What the values of points at such distances say. */
interface Seen {
  readonly factor: Float64Array;
  readonly weights: Float64Array;
}

function seenBy(scaled: Float64Array, noise: number, values: Float64Array): Seen | undefined {
  const size = values.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0, pair = 0; i < size; i++) {
    for (let j = 0; j < i; j++) matrix[i * size + j] = matern52(scaled[pair++]!);
    matrix[i * size + i] = 1 + noise;
  }
  const factor = cholesky(matrix, size);
  return factor === undefined ? undefined : { factor, weights: solveUpper(factor, solveLower(factor, values)) };
}

function varianceOf(values: Float64Array, weights: Float64Array = values): number {
  const sum = values.reduce((total, value, i) => total + value * weights[i]!, 0);
  return (sum + PRIOR_VALUES) / (values.length + PRIOR_VALUES);
}

interface Slopes extends Seen {
  readonly distances: readonly Float64Array[];
  readonly inverseSquares: Float64Array;
  readonly scaled: Float64Array;
  readonly variance: number;
}

/** By the logarithm of each length scale, and last by the noise. */
function gradientOf({ distances, inverseSquares, scaled, factor, weights, variance }: Slopes): Float64Array {
  const size = weights.length;
  const inverse = inverseOf(factor, size);
  const slopes = new Float64Array(scaled.length);
  let noise = 0;
  for (let i = 0, pair = 0; i < size; i++) {
    for (let j = 0; j < i; j++, pair++)
      slopes[pair] = (inverse[i * size + j]! - (weights[i]! * weights[j]!) / variance) * matern52Slope(scaled[pair]!);
    noise += (inverse[i * (size + 1)]! - weights[i]! ** 2 / variance) / 2;
  }
  return Float64Array.from([
    ...distances.map((own, dimension) => {
      let sum = 0;
      for (let pair = 0; pair < slopes.length; pair++) sum += slopes[pair]! * own[pair]!;
      return -2 * inverseSquares[dimension]! * sum;
    }),
    noise,
  ]);
}
