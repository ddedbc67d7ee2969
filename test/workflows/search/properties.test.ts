import fc from 'fast-check';
import { permutation, SAMPLERS } from '../../../workflows/search';
import type { Observation, Sampler, Space } from '../../../workflows/search';
import { cmaesDimensions } from '../../../workflows/search/cmaes/cmaes';
import { anySpace, historyOf, isPointOf } from '../../support/spaces';

const OPTIONS = { levels: 3, startupTrials: 3 };
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

/** A process with many points takes long. */
const RUNS: Readonly<Record<string, number>> = { gp: 40, cmaes: 100 };

const spaceFor = (name: string): fc.Arbitrary<Space> =>
  anySpace.filter((space) => name !== 'cmaes' || cmaesDimensions(space).length > 0);

describe.each(Object.entries<Sampler>(SAMPLERS))('%s', (name, sampler) => {
  it('stays in any space after any history, and suggests the same twice', () => {
    fc.assert(
      fc.property(
        spaceFor(name).chain((of) => fc.tuple(fc.constant(of), historyOf(of, 40))),
        fc.nat(10_000),
        seeds,
        fc.constantFrom('minimize', 'maximize'),
        ([space, observations], index, seed, direction) => {
          const context = { space, options: OPTIONS, index, seed, observations, direction } as const;
          const point = sampler.suggest(context);
          expect([point, isPointOf(space, point)]).toEqual([point, true]);
          expect(sampler.suggest(context)).toEqual(point);
          expect(sampler.size(space, OPTIONS)).toBeGreaterThanOrEqual(1);
        },
      ),
      { numRuns: RUNS[name] ?? 150 },
    );
  });

  it('suggests the same after the same results, in whatever order they were told', () => {
    const space: Space = {
      a: { uniform: [0, 1] },
      b: { integer: [1, 9] },
      c: { choice: ['x', 'y'] },
      d: { logUniform: [1, 10], when: { c: 'y' } },
    };
    for (const shuffle of [1, 2, 3]) {
      const [first, second] = [
        told(sampler, space, 20, [...Array(20).keys()]),
        told(sampler, space, 20, [...permutation(20, shuffle)]),
      ];
      const ask = (observations: readonly Observation[]) =>
        sampler.suggest({ space, options: OPTIONS, index: 20, seed: 5, observations, direction: 'minimize' });
      expect(ask(second)).toEqual(ask(first));
    }
  });

  it('takes thousands of points, all alike too', () => {
    const space: Space = { a: { uniform: [0, 1] }, b: { integer: [1, 99] }, c: { choice: ['x', 'y'] } };
    for (const tie of [true, false]) {
      const observations = Array.from({ length: 3000 }, (_, i): Observation => ({
        hparams: { a: (i % 997) / 997, b: 1 + (i % 99), c: i % 2 === 0 ? 'x' : 'y' },
        score: tie ? 1 : Math.sin(i),
      }));
      const point = sampler.suggest({
        space,
        options: OPTIONS,
        index: 3000,
        seed: 2,
        observations,
        direction: 'minimize',
      });
      expect(isPointOf(space, point)).toBe(true);
    }
  });
});

/** Points that were all asked for before any was told, and then told in some order. */
function told(sampler: Sampler, space: Space, count: number, order: readonly number[]): readonly Observation[] {
  const observations: Observation[] = [];
  for (let index = 0; index < count; index++) {
    observations.push({
      hparams: sampler.suggest({ space, options: OPTIONS, index, seed: 5, observations, direction: 'minimize' }),
      score: undefined,
    });
  }
  for (const i of order) observations[i] = { ...observations[i]!, score: i % 7 === 0 ? null : (i * 37) % 11 };
  return observations;
}
