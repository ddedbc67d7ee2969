/**
 * Axes of a plot: where a value lies, and which values get a tick.
 *
 * @module
 */

export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly min: number;
  readonly max: number;
}

export interface Ticks {
  /** Get a line and a label, ascending. */
  readonly major: readonly number[];
  /** Get a line only. */
  readonly minor: readonly number[];
}

/** Room around the data on a linear axis, as a fraction of its extent, so that no point sits on the frame. */
const LINEAR_MARGIN = 0.04;

/** Values that differ by less than this fraction count as one: between them floating point has no room for ticks. */
const SAME = 1e-9;

/** Decades of a log axis up to which the steps between the powers are shown. */
const MINOR_TICK_DECADES_MAX = 4;

/**
 * A scale that holds all values; one value alone gets room on both sides.
 *
 * @param values Finite, and positive for a log scale; values that are not are left out.
 * @returns `undefined` if no value is left.
 */
export function scaleFor(values: Iterable<number>, kind: Scale['kind']): Scale | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!isPlottable(value, kind)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return undefined;
  return kind === 'log' ? logScale(min, max) : linearScale(min, max);
}

/** Whether a value has a place on such an axis. */
export function isPlottable(value: number, kind: Scale['kind']): boolean {
  return Number.isFinite(value) && (kind === 'linear' || value > 0);
}

/** Where a value lies, 0 at the low end of the scale and 1 at the high end. */
export function positionOn({ kind, min, max }: Scale, value: number): number {
  return kind === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}

/**
 * The ticks of a scale.
 *
 * @param count How many labels there is room for.
 * @param powersOfTwo Ticks a log axis at powers of two, as batch sizes are counted.
 */
export function ticksOf(scale: Scale, count: number, powersOfTwo = false): Ticks {
  if (scale.kind === 'linear') return { major: linearTicks(scale, count), minor: [] };
  return powersOfTwo ? powerTicks(scale, 2, count) : decadeTicks(scale, count);
}

/** Whether all values are whole powers of two, and at least two of them differ. */
export function arePowersOfTwo(values: readonly number[]): boolean {
  return new Set(values).size > 1 && values.every((value) => value >= 1 && Number.isInteger(Math.log2(value)));
}

function linearScale(min: number, max: number): Scale {
  const extent = max - min;
  const margin = extent > SAME * Math.abs(max) ? extent * LINEAR_MARGIN : Math.abs(min) * 0.5 || 1;
  // Counts and losses never go below zero, so neither does their axis.
  const low = min >= 0 ? Math.max(0, min - margin) : min - margin;
  return { kind: 'linear', min: low, max: max + margin };
}

function logScale(min: number, max: number): Scale {
  const factor = max / min > 1 + SAME ? (max / min) ** LINEAR_MARGIN : 2;
  return { kind: 'log', min: min / factor, max: max * factor };
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks({ min, max }: Scale, count: number): readonly number[] {
  const rough = (max - min) / Math.max(1, count);
  const exponent = Math.floor(Math.log10(rough));
  const mantissa = rough / 10 ** exponent;
  // Each limit is the geometric mean of two steps, so that the number of ticks comes out nearest to what was asked for.
  const step = mantissa < Math.SQRT2 ? 1 : mantissa < Math.sqrt(10) ? 2 : mantissa < Math.sqrt(50) ? 5 : 10;
  const first = Math.ceil(min / (step * 10 ** exponent));
  const last = Math.floor(max / (step * 10 ** exponent));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => exact((first + i) * step, exponent));
}

/** Whole decades; where they are fewer than two, their multiples by 2 and 5, and failing those linear ticks. */
function decadeTicks(scale: Scale, count: number): Ticks {
  const decades = powerTicks(scale, 10, count);
  if (decades.major.length >= 2) {
    const between =
      Math.log10(scale.max / scale.min) <= MINOR_TICK_DECADES_MAX ? multiples(scale, [2, 3, 4, 5, 6, 7, 8, 9]) : [];
    return { major: decades.major, minor: between };
  }
  const byTwoAndFive = multiples(scale, [1, 2, 5]);
  return { major: byTwoAndFive.length >= 2 ? byTwoAndFive : linearTicks(scale, count), minor: [] };
}

function powerTicks({ min, max }: Scale, base: number, count: number): Ticks {
  const first = Math.ceil(Math.log(min) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(max) / Math.log(base) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, count)));
  const exponents = Array.from(
    { length: Math.max(0, Math.floor((last - first) / stride) + 1) },
    (_, i) => first + i * stride,
  );
  return { major: exponents.map((exponent) => (base === 10 ? exact(1, exponent) : base ** exponent)), minor: [] };
}

function multiples({ min, max }: Scale, factors: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.floor(Math.log10(max));
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return exponents
    .flatMap((exponent) => factors.map((factor) => exact(factor, exponent)))
    .filter((value) => value >= min && value <= max);
}

/** `factor` times a power of ten as written, e.g. 0.3 instead of 0.30000000000000004. */
function exact(factor: number, exponent: number): number {
  return Number(`${factor}e${exponent}`);
}
