import { logMeanExcess } from '../normal';
import type { Posterior } from './model';

/**
 * Logarithm of the improvement on a value that is expected at a point: as a logarithm it still tells which way is up
 * where the improvement itself is too small for a double.
 *
 * Source: S. Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", NeurIPS 2023
 * (arXiv:2310.20708).
 *
 * @param best The lowest value so far.
 */
export function logExpectedImprovement({ mean, deviation }: Posterior, best: number): number {
  return logMeanExcess((best - mean) / deviation) + Math.log(deviation);
}
