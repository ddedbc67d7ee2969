import fc from 'fast-check';
import { cardinality, pointAt, unitOf, unitsOf, valueAtUnit } from '../../../workflows/search';
import { boundsOf, isRange } from '../../../workflows/search/space/dimension';
import type { Dimension, Space } from '../../../workflows/search';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const bounds = fc
  .tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: 1e-2, max: 1e3, noNaN: true }))
  .map(([low, width]) => [low, low + width] as const);
const positive = fc
  .tuple(fc.double({ min: -9, max: 2, noNaN: true }), fc.double({ min: 0.1, max: 6, noNaN: true }))
  .map(([low, decades]) => [10 ** low, 10 ** (low + decades)] as const);
const whole = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 500 }))
  .map(([low, width]) => [low, low + width] as const);

const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  bounds.map((uniform) => ({ uniform })),
  fc.tuple(bounds, fc.double({ min: 1e-3, max: 10, noNaN: true })).map(([uniform, step]) => ({ uniform, step })),
  positive.map((logUniform) => ({ logUniform })),
  fc
    .tuple(positive, fc.double({ min: 0.01, max: 1, noNaN: true }))
    .map(([logUniform, share]) => ({ logUniform, step: share * (logUniform[1] - logUniform[0]) })),
  fc
    .tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 20 }))
    .map(([low, width, step]) => ({ integer: [low, low + width] as const, step, log: true })),
  fc.uniqueArray(fc.oneof(fc.integer(), fc.string()), { minLength: 1, maxLength: 6 }).map((ordinal) => ({ ordinal })),
  fc.tuple(whole, fc.integer({ min: 1, max: 20 })).map(([integer, step]) => ({ integer, step })),
  fc
    .uniqueArray(fc.oneof(fc.integer(), fc.string(), fc.boolean()), { minLength: 1, maxLength: 6 })
    .map((choice) => ({ choice })),
  fc.integer().map((constant) => ({ constant })),
);

it('gives values of the dimension at every coordinate', () => {
  fc.assert(
    fc.property(dimension, unit, (one, u) => {
      const value = valueAtUnit(one, u);
      if ('choice' in one) expect(one.choice).toContain(value);
      else if ('ordinal' in one) expect(one.ordinal).toContain(value);
      else if (!isRange(one)) expect(value).toBe(one.constant);
      else {
        const [low, high] = boundsOf(one);
        // Sums of steps are rounded to twelve digits, and may end that much beyond.
        const slack = 1e-9 * Math.max(1, Math.abs(high));
        expect(value).toBeGreaterThanOrEqual(low - slack);
        expect(value).toBeLessThanOrEqual(high + slack);
        if ('integer' in one) expect(Number.isInteger(value)).toBe(true);
      }
    }),
  );
});

it('finds every discrete value at the coordinate in the middle of its share', () => {
  fc.assert(
    fc.property(
      dimension.filter((one) => cardinality(one) < Infinity),
      unit,
      (one, u) => {
        const value = valueAtUnit(one, u);
        expect(valueAtUnit(one, unitOf(one, value) ?? NaN)).toEqual(value);
      },
    ),
  );
});

it('rises with the coordinate', () => {
  fc.assert(
    fc.property(
      dimension.filter((one) => isRange(one) || 'constant' in one),
      unit,
      unit,
      (one, a, b) => {
        expect(valueAtUnit(one, Math.min(a, b)) <= valueAtUnit(one, Math.max(a, b))).toBe(true);
      },
    ),
  );
});

it('reaches both ends and clamps beyond', () => {
  expect([-1, 0, 1, 2].map((u) => valueAtUnit({ logUniform: [1e-6, 1e-2] }, u))).toEqual([1e-6, 1e-6, 1e-2, 1e-2]);
  expect([0, 1].map((u) => valueAtUnit({ uniform: [0, 0.5], step: 0.1 }, u))).toEqual([0, 0.5]);
  expect([0, 1].map((u) => valueAtUnit({ integer: [3, 10], step: 3 }, u))).toEqual([3, 9]);
});

it('spaces whole numbers evenly in the logarithm where it is told to, each with the share that lies nearest to it', () => {
  const layers: Dimension = { integer: [1, 8], log: true };
  // The shares end half a step beyond the values: from 0.5 to 8.5.
  const share = (value: number): number => Math.log((value + 0.5) / (value - 0.5)) / Math.log(8.5 / 0.5);
  const draws = Array.from({ length: 17_000 }, (_, i) => valueAtUnit(layers, (i + 0.5) / 17_000));
  for (let value = 1; value <= 8; value++)
    expect(draws.filter((one) => one === value).length / draws.length).toBeCloseTo(share(value), 3);
});

it('puts the entries of an ordinal beside each other, however far apart as numbers', () => {
  const units: Dimension = { ordinal: [16, 64, 1024, 'all'] };
  expect([16, 64, 1024, 'all'].map((value) => unitOf(units, value))).toEqual([0.125, 0.375, 0.625, 0.875]);
  expect(unitOf(units, 32)).toBeUndefined();
});

it('is the middle of a logarithmic range at a half', () => {
  expect(valueAtUnit({ logUniform: [1e-6, 1e-2] }, 0.5)).toBeCloseTo(1e-4, 12);
  expect(unitOf({ logUniform: [1e-6, 1e-2] }, 1e-4)).toBeCloseTo(0.5, 12);
});

it('has no coordinate for a value that is none of its own, and an end for one beyond', () => {
  expect(unitOf({ choice: ['a', 'b'] }, 'c')).toBeUndefined();
  expect(unitOf({ uniform: [0, 1] }, undefined)).toBeUndefined();
  expect([unitOf({ logUniform: [1e-6, 1e-2] }, 0), unitOf({ uniform: [0, 1] }, 7)]).toEqual([0, 1]);
});

it('names the coordinates of a point in the order of the space', () => {
  const space: Space = {
    weightDecay: { logUniform: [1e-6, 1e-2] },
    dropoutRate: { uniform: [0, 0.6] },
    flip: { constant: 0.5 },
  };
  expect(pointAt(space, [0, 1, 0.3])).toEqual({ weightDecay: 1e-6, dropoutRate: 0.6, flip: 0.5 });
  expect(unitsOf(space, { dropoutRate: 0.3, weightDecay: 1e-2 })).toEqual([1, 0.5, undefined]);
});
