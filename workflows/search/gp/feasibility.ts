import { normalCdf } from '../normal';
import type { FeatureMap, Features } from './features';
import { fitted } from './fit';
import { processOf } from './model';
import type { Process } from './model';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { log, max, sqrt } = Math;

/** A probability that a double cannot tell from none: its logarithm must still be a number. */
const NEVER = 1e-300;

/** Least of a bound that counts: a logarithm of nothing is none. */
const EXCESS_MIN = -0.999999;

/** A trial's place with what it exceeded. */
export interface Bounded {
  readonly features: Features;
  readonly excesses: readonly number[];
}

/** Logarithm of the probability that a point keeps all constraints; 0 everywhere where nothing tells of any. */
export type LogFeasibility = (features: Features) => number;

/**
 * A Gaussian process for each constraint, on the logarithm of what was measured against its bound.
 *
 * Source: J. R. Gardner et al., "Bayesian Optimization with Inequality Constraints", ICML 2014.
 */
export function logFeasibilityAfter(map: FeatureMap, seen: readonly Bounded[], fittedMax: number): LogFeasibility {
  const bounds = seen[0]?.excesses.length ?? 0;
  const parts = Array.from({ length: bounds }, (_, bound) =>
    boundAfter(
      map,
      seen.map(({ features }) => features),
      seen.map(({ excesses }) => log(1 + max(EXCESS_MIN, excesses[bound]!))),
      fittedMax,
    ),
  );
  return (features) => parts.reduce((sum, part) => sum + part(features), 0);
}

function boundAfter(
  map: FeatureMap,
  features: readonly Features[],
  values: readonly number[],
  fittedMax: number,
): LogFeasibility {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  const scaled = values.map((value) => (value - mean) / deviation);
  const hyperparameters = fitted(map, features.slice(-fittedMax), Float64Array.from(scaled.slice(-fittedMax)));
  const process: Process = processOf(map, hyperparameters, features, scaled);
  const border = -mean / deviation;
  return (point) => {
    const { mean: expected, deviation: spread } = process.predict(point);
    return log(max(NEVER, normalCdf((border - expected) / spread)));
  };
}
