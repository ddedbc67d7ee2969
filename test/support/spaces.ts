/**
 * Spaces and histories for property tests: every kind of dimension, conditions and branches inside of branches, results
 * of every kind.
 *
 * @module
 */
import fc from 'fast-check';
import { activeNames, flattenSpace, unitOf, valueAtUnit } from '../../workflows/search';
import type { Dimension, NestedSpace, Observation, Scalar, Space } from '../../workflows/search';
import { cardinality } from '../../workflows/search/space';
import type { HParams } from '../../workflows/words/trial';

const bounds = fc
  .tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: 1e-2, max: 1e3, noNaN: true }))
  .map(([low, width]) => [low + 0, low + width] as const);
const positive = fc
  .tuple(fc.integer({ min: -9, max: 2 }), fc.integer({ min: 1, max: 6 }))
  .map(([low, decades]) => [10 ** low, 10 ** (low + decades)] as const);
const scalar = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.string({ maxLength: 3 }), fc.boolean());
const list = fc.uniqueArray(scalar, { minLength: 1, maxLength: 5 });

const continuous: fc.Arbitrary<Dimension> = fc.oneof(
  bounds.map((uniform) => ({ uniform })),
  positive.map((logUniform) => ({ logUniform })),
);
const discrete: fc.Arbitrary<Dimension> = fc.oneof(
  fc
    .tuple(bounds, fc.double({ min: 0.01, max: 1, noNaN: true }))
    .map(([uniform, share]) => ({ uniform, step: share * (uniform[1] - uniform[0]) })),
  fc
    .tuple(positive, fc.double({ min: 0.01, max: 1, noNaN: true }))
    .map(([logUniform, share]) => ({ logUniform, step: share * (logUniform[1] - logUniform[0]) })),
  fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }))
    .map(([low, width, step]) => ({ integer: [low, low + width] as const, step: Math.min(step, width) })),
  fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }))
    .map(([low, width]) => ({ integer: [low, low + width] as const, log: true })),
  list.map((choice) => ({ choice })),
  list.map((ordinal) => ({ ordinal })),
  scalar.map((constant) => ({ constant })),
);

/** Each dimension may depend on one before it, by some of the values that it can have. */
function connected(dimensions: readonly Dimension[], links: readonly (readonly [number, number])[]): Space {
  return Object.fromEntries(
    dimensions.map((dimension, i) => {
      const [from, pick] = links[i]!;
      const parent = dimensions[from];
      if (parent === undefined || from >= i || cardinality(parent) > 20) return [`x${i}`, dimension];
      const values = Array.from({ length: cardinality(parent) }, (_, k) =>
        valueAtUnit(parent, unitOf(parent, valueAtUnit(parent, (k + 0.5) / cardinality(parent))) ?? 0),
      );
      const chosen = [...new Set(values)].filter((_, k) => ((pick >> (k % 5)) & 1) === 1);
      return [`x${i}`, { ...dimension, when: { [`x${from}`]: chosen.length === 0 ? values[0]! : chosen } }];
    }),
  );
}

const flat = (kind: fc.Arbitrary<Dimension>): fc.Arbitrary<Space> =>
  fc
    .tuple(
      fc.array(kind, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(9), fc.nat(31)), { minLength: 5, maxLength: 5 }),
    )
    .map(([dimensions, links]) => connected(dimensions, links));

/** Branches inside of branches; every dimension has a name of its own. */
const nested = (kind: fc.Arbitrary<Dimension>): fc.Arbitrary<Space> =>
  fc
    .tuple(kind, kind, kind, kind)
    .map(([a, b, c, d]): NestedSpace => ({
      a,
      kind: { branches: { none: {}, 1: { b, deeper: { branches: { true: { c }, other: {} } } }, last: { d } } },
    }))
    .map(flattenSpace);

export const anySpace = fc.oneof(flat(fc.oneof(continuous, discrete)), nested(fc.oneof(continuous, discrete)));
export const finiteSpace = fc.oneof(flat(discrete), nested(discrete));

const score = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    0.5,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: 0, max: 3 }),
);
/** From the space, at its ends, or from anywhere. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 1, 0.5),
  fc.constant('elsewhere' as const),
);
const elsewhere: fc.Arbitrary<Scalar | undefined> = fc.oneof(
  fc.constantFrom(undefined, 'none of them', true, 0, NaN, 1e9, -1e9),
);

/** Trials at points of the space, or of nowhere, however they ended. */
export const historyOf = (of: Space, maxLength: number): fc.Arbitrary<readonly Observation[]> =>
  fc
    .array(fc.tuple(fc.array(place, { minLength: 8, maxLength: 8 }), elsewhere, score, fc.nat(9)), { maxLength })
    .map((trials) =>
      trials.map(([places, other, one, import_]) => {
        const values = Object.entries(of).map(([name, each], i): [string, Scalar | undefined] => [
          name,
          typeof places[i] === 'number' ? valueAtUnit(each, places[i]) : other,
        ]);
        return {
          hparams: Object.fromEntries(values.filter(([, value]) => value !== undefined)) as HParams,
          score: one,
          ...(import_ === 0 && one !== undefined && { elsewhere: true as const }),
        };
      }),
    );

/** Whether a point is one of a space: all that exists at it, nothing else, each with a value of its own. */
export function isPointOf(space: Space, point: HParams): boolean {
  const names = activeNames(space, point);
  return (
    JSON.stringify(Object.keys(point)) === JSON.stringify(names) &&
    names.every((name) => isIn(space[name]!, point[name]))
  );
}

function isIn(one: Dimension, value: Scalar | undefined): boolean {
  if (cardinality(one) < Infinity) return value === valueAtUnit(one, unitOf(one, value) ?? NaN);
  const [low, high] = 'uniform' in one ? one.uniform : 'logUniform' in one ? one.logUniform : [NaN, NaN];
  return typeof value === 'number' && value >= low && value <= high;
}
