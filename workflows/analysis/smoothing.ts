import { power } from '../search/power';

/**
 * Exponential moving average without the pull of its start.
 *
 * Each value is divided by 1 - weight^(i + 1): the plain average would begin at zero, which on a loss looks like a
 * steep rise.
 *
 * Source: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", 2015, section 3 (arXiv:1412.6980).
 *
 * @param weight Of the past, in [0, 1); it lags weight / (1 - weight) points.
 */
export function exponentialMovingAverage(values: readonly number[], weight: number): readonly number[] {
  let average = 0;
  return values.map((value, i) => {
    average = weight * average + (1 - weight) * value;
    return average / (1 - power(weight, i + 1));
  });
}
