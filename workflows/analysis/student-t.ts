/**
 * Student's t distribution for whole degrees of freedom, by its finite series: exact, and the same bits wherever the
 * planner runs.
 *
 * Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 1964, formulas 26.7.3 and 26.7.4.
 *
 * @module
 */

/**
 * Probability that a t variable is at most `t`.
 * @param freedom Degrees of freedom, a whole number of at least 1.
 * @throws RangeError on any other.
 */
export function studentProbability(t: number, freedom: number): number {
  if (!Number.isInteger(freedom) || freedom < 1) throw new RangeError('freedom must be a whole number of at least 1');
  const root = Math.sqrt(freedom + t * t);
  const sine = Number.isFinite(t) ? t / root : Math.sign(t);
  const squaredCosine = Number.isFinite(t) ? freedom / (freedom + t * t) : 0;
  const isOdd = freedom % 2 === 1;
  const angle = Math.atan(t / Math.sqrt(freedom));
  let term = isOdd ? Math.sqrt(squaredCosine) : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= squaredCosine * ((power + 1) / (power + 2));
  }
  const central = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.min(1, Math.max(0, (1 + central) / 2));
}

/** Beyond this a quantile is as good as infinite. */
const QUANTILE_MAX = 1e9;

/**
 * The `t` below which a t variable lies with this probability.
 * @param probability In (0, 1).
 * @param freedom Degrees of freedom, a whole number of at least 1.
 */
export function studentQuantile(probability: number, freedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  let [low, high] = [0, 1];
  while (studentProbability(high, freedom) < probability && high < QUANTILE_MAX) [low, high] = [high, high * 2];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (studentProbability(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
