/**
 * `base ** exponent` to the same bits on every Node: those of Node 20 and 22, whose V8 computes `**` after fdlibm.
 * Later ones ask the machine's C library, and every twelfth result differs in its last place, which is enough to give a
 * point of a search, and so its trial, another hash.
 *
 * Source: fdlibm's `e_pow.c`. Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use,
 * copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 *
 * @module
 */

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { abs, floor, sign, sqrt, trunc } = Math;

const number = new Float64Array(1);
/** The number's two halves, the low one first as on every machine that TensorFlow runs on. */
const halves = new Uint32Array(number.buffer);

const LOGARITHM = [
  5.99999999999994648725e-1, 4.28571428578550184252e-1, 3.33333329818377432918e-1, 2.72728123808534006489e-1,
  2.30660745775561754067e-1, 2.06975017800338417784e-1,
] as const;
const EXPONENTIAL = [
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
  4.13813679705723846039e-8,
] as const;

/** A constant as the sum of its upper bits and the rest, and whole. */
interface Split {
  readonly whole: number;
  readonly high: number;
  readonly low: number;
}
const LN_2: Split = {
  whole: 6.93147180559945286227e-1,
  high: 6.93147182464599609375e-1,
  low: -1.90465429995776804525e-9,
};
/** 2 / (3 ln 2). */
const TWO_THIRDS_LOG2_E: Split = {
  whole: 9.61796693925975554329e-1,
  high: 9.61796700954437255859e-1,
  low: -7.02846165095275826516e-9,
};
const LOG2_1_5 = { high: 5.84962487220764160156e-1, low: 1.35003920212974897128e-8 };

/** Bounds of the significand's high bits, within which log2 is taken around 1, around 1.5, and around 2. */
const [ABOUT_1, ABOUT_1_5] = [0x3988e, 0xbb67a];
/** What a sum may lack below 1024 and still round to infinity. */
const OVERFLOW_REST = 8.008566259537294e-17;

/**
 * @param base At least 0.
 * @throws RangeError for a base below 0.
 */
export function power(base: number, exponent: number): number {
  if (base < 0) throw new RangeError(`base must be at least 0, got ${base}`);
  const [size, isExact] = [abs(exponent), base === 0 || base === 1 || base === Infinity || exponent === 0];
  if (isExact || Number.isNaN(base) || !(size < Infinity)) return base ** exponent;
  if (exponent === 0.5) return sqrt(base);
  if (exponent === 2) return base * base;
  if (size === 1) return exponent === 1 ? base : 1 / base;
  const log = log2(base);
  const upper = upperHalf(exponent);
  return exp2(upper * log.high, (exponent - upper) * log.high + exponent * log.low);
}

/** Logarithm to base 2 as a sum that holds more bits than one number. */
function log2(base: number): { readonly high: number; readonly low: number } {
  number[0] = base < 2 ** -1022 ? base * 2 ** 53 : base;
  const bits = halves[1]! & 0xfffff;
  const isAbout1_5 = bits > ABOUT_1 && bits < ABOUT_1_5;
  const isAbout2 = bits >= ABOUT_1_5;
  const whole = (halves[1]! >>> 20) - 1023 - (base < 2 ** -1022 ? 53 : 0) + (isAbout2 ? 1 : 0);
  halves[1] = bits | (isAbout2 ? 0x3fe00000 : 0x3ff00000);
  const [near, offset] = isAbout1_5 ? [1.5, LOG2_1_5] : [1, { high: 0, low: 0 }];
  const { high: ratio, low: ratioRest, whole: s } = ratioAround(number[0], near);
  const square = s * s;
  const [a, b, c, d, e, f] = LOGARITHM;
  const rest =
    square * square * (a + square * (b + square * (c + square * (d + square * (e + square * f))))) +
    ratioRest * (ratio + s);
  const series = upperHalf(3 + ratio * ratio + rest);
  const seriesRest = rest - (series - 3 - ratio * ratio);
  const [product, productRest] = [ratio * series, ratioRest * series + seriesRest * s];
  const sum = upperHalf(product + productRest);
  const sumRest = productRest - (sum - product);
  const main = TWO_THIRDS_LOG2_E.high * sum;
  const small = TWO_THIRDS_LOG2_E.low * sum + sumRest * TWO_THIRDS_LOG2_E.whole + offset.low;
  const high = upperHalf(main + small + offset.high + whole);
  return { high, low: small - (high - whole - offset.high - main) };
}

/** (x - near) / (x + near). */
function ratioAround(x: number, near: number): Split {
  const [above, inverse] = [x - near, 1 / (x + near)];
  const whole = above * inverse;
  const high = upperHalf(whole);
  number[0] = x;
  halves[1] = ((halves[1]! >>> 1) | 0x20000000) + 0x80000 + (near === 1.5 ? 1 << 18 : 0);
  halves[0] = 0;
  const denominator = number[0];
  const denominatorRest = x - (denominator - near);
  return { whole, high, low: inverse * (above - high * denominator - high * denominatorRest) };
}

/** 2 to the power of a sum. The quotient is V8's, which puts a bracket elsewhere than fdlibm does. */
function exp2(high: number, low: number): number {
  const sum = low + high;
  if (sum > 1024 || (sum === 1024 && low + OVERFLOW_REST > sum - high)) return Infinity;
  if (sum < -1075 || (sum === -1075 && low <= sum - high)) return 0;
  const whole = abs(sum) >= 0.5 + 2 ** -21 ? sign(sum) * floor(abs(sum) + 0.5) : 0;
  const fraction = high - whole;
  const upper = upperHalf(low + fraction);
  const main = upper * LN_2.high;
  const rest = (low - (upper - fraction)) * LN_2.whole + upper * LN_2.low;
  const z = main + rest;
  const zRest = rest - (z - main);
  const square = z * z;
  const [a, b, c, d, e] = EXPONENTIAL;
  const series = z - square * (a + square * (b + square * (c + square * (d + square * e))));
  return scaled(1 - ((z * series) / (series - 2 - (zRest + z * zRest)) - z), whole);
}

/** Times 2 ** exponent, in two steps: one alone may be beyond the largest or the smallest number. */
function scaled(value: number, exponent: number): number {
  const half = trunc(exponent / 2);
  return value * powerOf2(exponent - half) * powerOf2(half);
}

function powerOf2(exponent: number): number {
  halves[0] = 0;
  halves[1] = (exponent + 1023) << 20;
  return number[0]!;
}

/** With the lower 32 of its 53 bits cleared: products of such numbers lose little or nothing. */
function upperHalf(value: number): number {
  number[0] = value;
  halves[0] = 0;
  return number[0];
}
