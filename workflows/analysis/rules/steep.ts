import { slopesPerDecade } from '../range-test-curve';
import type { Curve } from '../range-test-curve';

/**
 * Learning rate where the loss falls fastest per decade of learning rate.
 *
 * Differentiates by log10(learning rate), not by learning rate: the latter divides by the step width, which on a sweep
 * that is even in the logarithm rewards the smallest rates.
 *
 * Source: fastai `steep`, after L. N. Smith, WACV 2017, section 3.3 (arXiv:1506.01186).
 *
 * @returns A learning rate of the curve; `null` if the loss falls nowhere or there are fewer than 3 points.
 */
export function steep(curve: Curve): number | null {
  if (curve.length < 3) return null;
  const slopes = slopesPerDecade(curve);
  const steepest = Math.min(...slopes);
  return steepest < 0 ? curve[slopes.indexOf(steepest)]!.learningRate : null;
}
