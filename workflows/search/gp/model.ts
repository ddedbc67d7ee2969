import { cholesky, solveLower, solveUpper } from '../cholesky';
import type { FeatureMap, Features } from './features';
import { matern52 } from './matern';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { max } = Math;

/** Least variance that a prediction has, as a share of the prior's: rounding must not make it negative. */
const VARIANCE_MIN = 1e-10;

/** What a Gaussian process is told apart by. */
export interface Hyperparameters {
  /** Per dimension one over the square of its length scale. */
  readonly inverseSquares: Float64Array;
  /** Variance of the noise, as a share of the process's own. */
  readonly noise: number;
  /** Variance of the process. */
  readonly variance: number;
}

export interface Posterior {
  readonly mean: number;
  readonly deviation: number;
}

/** A Gaussian process with mean 0 that has seen values. */
export interface Process {
  /** What it expects of the noiseless value at a point. */
  predict(features: Features): Posterior;
  /** The same process, had it seen what it expects at these points: then it expects nothing new there. */
  expecting(points: readonly Features[]): Process;
}

/** The process that has seen values at points. */
export function processOf(
  map: FeatureMap,
  hyperparameters: Hyperparameters,
  points: readonly Features[],
  values: ArrayLike<number>,
): Process {
  const { inverseSquares, noise, variance } = hyperparameters;
  const size = points.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++)
      matrix[i * size + j] = matern52(map.squaredDistance(points[i]!, points[j]!, inverseSquares));
    matrix[i * size + i] = 1 + noise;
  }
  const factor = cholesky(matrix, size) ?? matrix;
  const weights = solveUpper(factor, solveLower(factor, values));
  const predict = (features: Features): Posterior => {
    const correlations = Float64Array.from(points, (point) =>
      matern52(map.squaredDistance(point, features, inverseSquares)),
    );
    const explained = solveLower(factor, correlations);
    let [mean, known] = [0, 0];
    for (let i = 0; i < size; i++) {
      mean += correlations[i]! * weights[i]!;
      known += explained[i]! ** 2;
    }
    return { mean, deviation: Math.sqrt(variance * max(VARIANCE_MIN, 1 - known)) };
  };
  return {
    predict,
    expecting: (others) =>
      others.length === 0
        ? processOf(map, hyperparameters, points, values)
        : processOf(
            map,
            hyperparameters,
            [...points, ...others],
            [...Array.from(values), ...others.map((point) => predict(point).mean)],
          ),
  };
}
