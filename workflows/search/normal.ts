/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { abs, exp, log, sqrt, PI } = Math;

/** Halvings of [0, 1] until two neighbouring coordinates make no difference to any value. */
const HALVINGS = 40;

/** Coefficients of a rational function of the distance from the mean, from the highest power to the constant. */
const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

/** Beyond this distance a continued fraction takes over. */
const TAIL = 7.07106781186547;

/**
 * The standard normal distribution function, to 15 decimals; far below the mean to as many digits.
 *
 * Source: J. F. Hart et al., "Computer Approximations", Wiley 1968, algorithm 5666, as given by G. West, "Better
 * approximations to cumulative normal functions", Wilmott 2005.
 */
export function normalCdf(z: number): number {
  const x = abs(z);
  const scale = exp((-x * x) / 2);
  const below =
    x < TAIL
      ? (scale * polynomial(NUMERATOR, x)) / polynomial(DENOMINATOR, x)
      : scale / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / sqrt(2 * PI);
  return z > 0 ? 1 - below : below;
}

/** Beyond this distance a continued fraction tells more than the difference of nearly equal numbers. */
const FRACTION_FROM = 5;
const FRACTION_TERMS = 40;

/**
 * Logarithm of `density(z) + z * cdf(z)` of the standard normal distribution, the mean of what exceeds `-z`: exact to
 * 10 digits however small.
 *
 * Source: S. Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", NeurIPS 2023
 * (arXiv:2310.20708), which says why it must be; the continued fraction of Mills' ratio is Laplace's.
 */
export function logMeanExcess(z: number): number {
  const logDensity = -(z * z) / 2 - log(2 * PI) / 2;
  if (z > -1) return log(exp(logDensity) + z * normalCdf(z));
  if (z > -FRACTION_FROM) return logDensity + log(1 + z * normalCdf(z) * exp(-logDensity));
  let rest = 0;
  for (let term = FRACTION_TERMS; term >= 1; term--) rest = term / (rest - z);
  return logDensity + log(rest / (rest - z));
}

/** The point below which lies this share of the standard normal distribution, within 10 deviations of its mean. */
export function normalQuantile(share: number): number {
  let [low, high] = [-10, 10];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** Probability of an interval under a normal distribution. */
export function normalMass(low: number, high: number, mean: number, deviation: number): number {
  return normalCdf((high - mean) / deviation) - normalCdf((low - mean) / deviation);
}

/** The point of [0, 1] below which lies this share of a normal distribution cut off outside of it. */
export function truncatedQuantile(share: number, mean: number, deviation: number): number {
  const target = normalCdf(-mean / deviation) + share * normalMass(0, 1, mean, deviation);
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (normalCdf((middle - mean) / deviation) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
