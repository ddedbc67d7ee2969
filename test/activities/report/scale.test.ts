import fc from 'fast-check';
import { arePowersOfTwo, positionOn, scaleFor, ticksOf } from '../../../activities/report/scale';
import type { Scale } from '../../../activities/report/scale';

const scale = (kind: Scale['kind'], ...values: readonly number[]): Scale => scaleFor(values, kind) as Scale;

describe('scaleFor', () => {
  it('has no scale where there is nothing to place', () => {
    expect(scaleFor([], 'linear')).toBeUndefined();
    expect(scaleFor([NaN, Infinity], 'linear')).toBeUndefined();
    expect(scaleFor([0, -3], 'log')).toBeUndefined();
  });

  it('gives a single value room on both sides', () => {
    for (const { min, max } of [scale('linear', 5), scale('linear', 0), scale('linear', -2), scale('log', 5)])
      expect(max).toBeGreaterThan(min);
    expect(positionOn(scale('linear', 5), 5)).toBeCloseTo(0.5);
    expect(positionOn(scale('log', 5), 5)).toBeCloseTo(0.5);
  });

  it('does not reach below zero for values that do not', () => {
    expect(scale('linear', 0, 100).min).toBe(0);
  });

  it('leaves out what has no place, and places the rest between its ends', () => {
    expect(scale('log', -1, 0, 1, 100).min).toBeCloseTo(0.83, 2);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), { minLength: 1 }),
        fc.constantFrom('linear' as const, 'log' as const),
        (values, kind) => {
          const { min, max } = scale(kind, ...values);
          return max > min && values.every((value) => value >= min && value <= max);
        },
      ),
    );
  });
});

describe('ticksOf', () => {
  it('ticks a linear axis at multiples of 1, 2 or 5', () => {
    expect(ticksOf({ kind: 'linear', min: 0, max: 10 }, 5).major).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticksOf({ kind: 'linear', min: 0.07, max: 0.41 }, 4).major).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(ticksOf({ kind: 'linear', min: -1, max: 1 }, 4).major).toEqual([-1, -0.5, 0, 0.5, 1]);
  });

  it('ticks a log axis at decades, and marks the steps between where there is room', () => {
    expect(ticksOf({ kind: 'log', min: 1e-6, max: 1 }, 7)).toEqual({
      major: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1],
      minor: [],
    });
    const { major, minor } = ticksOf({ kind: 'log', min: 0.09, max: 1.2 }, 5);
    expect(major).toEqual([0.1, 1]);
    expect(minor).toEqual([0.09, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  });

  it('leaves out decades where there are more than labels fit', () => {
    expect(ticksOf({ kind: 'log', min: 1e-12, max: 1 }, 5).major).toEqual([1e-12, 1e-9, 1e-6, 1e-3, 1]);
  });

  it('ticks a log axis of less than a decade by 2 and 5, or evenly where those are too few', () => {
    expect(ticksOf({ kind: 'log', min: 1.5, max: 8 }, 5).major).toEqual([2, 5]);
    expect(ticksOf({ kind: 'log', min: 2.1, max: 2.9 }, 4).major).toEqual([2.2, 2.4, 2.6, 2.8]);
  });

  it('ticks batch sizes at powers of two', () => {
    expect(ticksOf(scale('log', 16, 32, 256), 7, true).major).toEqual([16, 32, 64, 128, 256]);
    expect(arePowersOfTwo([1, 64, 512])).toBe(true);
    expect(arePowersOfTwo([48, 64])).toBe(false);
    expect(arePowersOfTwo([0.5, 2])).toBe(false);
    expect(arePowersOfTwo([32, 32])).toBe(false);
  });

  it('keeps ticks ascending, inside the scale and few', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.constantFrom('linear' as const, 'log' as const),
        (a, b, kind) => {
          const axis = scale(kind, a, b);
          const { major } = ticksOf(axis, 6);
          const slack = 1e-9 * (axis.max - axis.min);
          return (
            major.length <= 12 &&
            major.every(
              (tick, i) => tick > (major[i - 1] ?? -Infinity) && tick >= axis.min - slack && tick <= axis.max + slack,
            )
          );
        },
      ),
    );
  });
});
