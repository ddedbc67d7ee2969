/**
 * Small statistics. Numbers in, a number out; an empty list has no mean, so most throw on it.
 *
 * @module
 */

/** Sum over count. @throws RangeError on an empty list. */
export function mean(values: readonly number[]): number {
  assertSome(values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Exponential of the mean logarithm. @param values All above 0. @throws RangeError on an empty list. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** Sample standard deviation (divisor n - 1); 0 for one value. @throws RangeError on an empty list. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  if (values.length === 1) return 0;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/**
 * Standard deviation of the mean; 0 for one value, which says nothing about its error.
 * @throws RangeError on an empty list.
 */
export function standardError(values: readonly number[]): number {
  return standardDeviation(values) / Math.sqrt(values.length);
}

/**
 * Value below which a fraction of the sorted values lies, interpolated between neighbours.
 * @param fraction In [0, 1].
 * @throws RangeError on an empty list.
 */
export function quantile(values: readonly number[], fraction: number): number {
  assertSome(values);
  const sorted = [...values].sort((a, b) => a - b);
  const place = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
}

/**
 * Middle of the sorted values; the mean of the two middle ones for an even count.
 * @throws RangeError on an empty list.
 */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Exponential of the median logarithm: for rates, of which half as much and twice as much are equally far.
 * @throws RangeError on an empty list.
 */
export function logMedian(values: readonly number[]): number {
  return Math.exp(median(values.map(Math.log)));
}

/** Highest over lowest value; 1 for one value. @param values All above 0. @throws RangeError on an empty list. */
export function ratioSpread(values: readonly number[]): number {
  assertSome(values);
  return Math.max(...values) / Math.min(...values);
}

/** Ranks from 1; equal values share the mean of their places. */
export function ranks(values: readonly number[]): readonly number[] {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const placed = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) placed[order[i]!] = (from + to + 1) / 2;
    from = to;
  }
  return placed;
}

/**
 * Spearman's rank correlation in [-1, 1]; `null` where it is not defined: fewer than 3 pairs, or one side all equal.
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 3 || a.length !== b.length) return null;
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  const dot = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, value, i) => sum + (value - middle) * (v[i]! - middle), 0);
  const scale = Math.sqrt(dot(x, x) * dot(y, y));
  return scale === 0 ? null : dot(x, y) / scale;
}

function assertSome(values: readonly number[]): void {
  if (values.length === 0) throw new RangeError('values must not be empty');
}
