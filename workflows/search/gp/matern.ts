/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { exp, sqrt } = Math;

/**
 * Matérn kernel with smoothness 5/2 at a squared distance in length scales.
 *
 * Source: C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, equation 4.17.
 */
export function matern52(squaredDistance: number): number {
  const root = sqrt(5 * squaredDistance);
  return (1 + root + (5 / 3) * squaredDistance) * exp(-root);
}

/** Its derivative by the squared distance. */
export function matern52Slope(squaredDistance: number): number {
  const root = sqrt(5 * squaredDistance);
  return (-5 / 6) * (1 + root) * exp(-root);
}
