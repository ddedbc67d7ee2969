/** 97.5 % quantile of the normal distribution: the interval covers 95 %. */
const Z = 1.959964;

/**
 * 95 % interval of a proportion, e.g. of an accuracy on a test set of `count` examples.
 *
 * By Wilson's score and not the usual normal approximation, which near an accuracy of 1 reaches above it or has no
 * width.
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 *
 * @param proportion In [0, 1].
 * @param count At least 1.
 */
export function wilsonInterval(proportion: number, count: number): readonly [number, number] {
  const z2 = (Z * Z) / count;
  const centre = (proportion + z2 / 2) / (1 + z2);
  const half = (Z / (1 + z2)) * Math.sqrt((proportion * (1 - proportion)) / count + z2 / (4 * count));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
