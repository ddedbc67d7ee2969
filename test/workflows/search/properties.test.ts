import fc from 'fast-check';
import { cardinality, SAMPLERS, unitOf, valueAtUnit } from '../../../workflows/search';
import type { Dimension, Observation, Scalar, Space } from '../../../workflows/search';
import type { HParams } from '../../../workflows/trial';

const bounds = fc.tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: 1e-2, max: 1e3, noNaN: true })).map(([low, width]) => [low, low + width] as const);
const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  bounds.map((uniform) => ({ uniform })),
  fc.tuple(bounds, fc.double({ min: 1e-3, max: 2e3, noNaN: true })).map(([uniform, step]) => ({ uniform, step })),
  fc.tuple(fc.integer({ min: -9, max: 2 }), fc.integer({ min: 1, max: 6 })).map(([low, decades]) => ({ logUniform: [10 ** low, 10 ** (low + decades)] as const })),
  fc.tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 600 })).map(([low, width, step]) => ({ integer: [low, low + width] as const, step })),
  fc.array(fc.oneof(fc.integer(), fc.string(), fc.boolean()), { minLength: 1, maxLength: 6 }).map((choice) => ({ choice })),
  fc.integer().map((constant) => ({ constant })),
);
const space: fc.Arbitrary<Space> = fc.array(dimension, { minLength: 1, maxLength: 5 }).map((all) => Object.fromEntries(all.map((one, i) => [`x${i}`, one])));

const score = fc.oneof(
  fc.constantFrom(null, undefined, NaN, Infinity, -Infinity, 0, -0, 0.5, Number.MAX_VALUE, Number.MIN_VALUE), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 3 }),
);
/** From the space, at its ends, or from anywhere. */
const place = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.5), fc.constant('elsewhere' as const));
const elsewhere: fc.Arbitrary<Scalar | undefined> = fc.oneof(fc.constantFrom(undefined, 'none of them', true, 0, NaN, 1e9, -1e9));

const history = (of: Space): fc.Arbitrary<readonly Observation[]> => fc.array(fc.tuple(fc.array(place, { minLength: 5, maxLength: 5 }), elsewhere, score).map(([places, other, one]) => {
  const values = Object.entries(of).map(([name, each], i): [string, Scalar | undefined] => [name, typeof places[i] === 'number' ? valueAtUnit(each, places[i]) : other]);
  return { hparams: Object.fromEntries(values.filter(([, value]) => value !== undefined)) as HParams, score: one };
}), { maxLength: 60 });

function isIn(one: Dimension, value: Scalar | undefined): boolean {
  if (cardinality(one) < Infinity) return value === valueAtUnit(one, unitOf(one, value) ?? NaN);
  const [low, high] = 'uniform' in one ? one.uniform : 'logUniform' in one ? one.logUniform : [NaN, NaN];
  return typeof value === 'number' && value >= low && value <= high;
}

describe.each(Object.keys(SAMPLERS))('%s', (name) => {
  const sampler = SAMPLERS[name]!;

  it('stays in any space after any history, and suggests the same twice', () => {
    fc.assert(fc.property(space.chain((of) => fc.tuple(fc.constant(of), history(of))), fc.nat(10_000), fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.constantFrom('minimize', 'maximize'),
      ([of, observations], index, seed, direction) => {
        const context = { space: of, options: { name, levels: 3, startupTrials: 1 }, index, seed, observations, direction } as const;
        const point = sampler.suggest(context);
        expect(Object.keys(point)).toEqual(Object.keys(of));
        for (const [key, one] of Object.entries(of)) expect([key, point[key], isIn(one, point[key])]).toEqual([key, point[key], true]);
        expect(sampler.suggest(context)).toEqual(point);
        expect(sampler.size(of, context.options)).toBeGreaterThanOrEqual(1);
      }), { numRuns: 150 });
  });
});
