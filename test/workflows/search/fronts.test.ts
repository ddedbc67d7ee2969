import fc from 'fast-check';
import { hypervolume } from '../../../workflows/analysis';
import { median } from '../../../workflows/analysis/statistics';
import { SAMPLERS } from '../../../workflows/search';
import type { Observation, Sampler, Space } from '../../../workflows/search';
import { rankedLosses } from '../../../workflows/search/constrained';
import { byFront, crowdingDistance, frontsOf, ownArea } from '../../../workflows/search/fronts';
import type { CostPair } from '../../../workflows/search/fronts';

const beats = (a: CostPair, b: CostPair): boolean => a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);

it('a front is what only those before it beat, whatever the costs', () => {
  const cost = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(cost, cost), { selector: String, maxLength: 30 }), (pairs) => {
      const fronts = frontsOf(pairs);
      pairs.forEach((pair, i) => {
        const above = pairs.flatMap((other, k) => (beats(other, pair) ? [fronts[k]!] : []));
        expect(fronts[i]).toBe(above.length === 0 ? 0 : Math.max(...above) + 1);
      });
    }),
  );
});

it('within a front the widest gaps count, by area or by distance', () => {
  const front: readonly CostPair[] = [
    [0, 10],
    [1, 4],
    [2, 3.9],
    [10, 0],
  ];
  const beaten: CostPair = [3, 9];
  expect(byFront([...front, beaten], crowdingDistance)).toEqual([0, 3, 2, 1, 4]);
  expect(byFront([...front, beaten], ownArea).at(-1)).toBe(4);
  const [, wide, narrow] = ownArea(front);
  expect(wide).toBeGreaterThan(narrow!);
});

it('ranks by both objectives, behind the front what misses the second, and what breaks constraints last', () => {
  const at = (score: number | null, second?: number, excess = 0): Observation => ({
    hparams: {},
    score,
    excesses: [excess],
    ...(second !== undefined && { second }),
  });
  const losses = rankedLosses([at(1, 9), at(9, 1), at(9.5, 9.5), at(null), at(10), at(0, 0, 1)], 'minimize');
  expect(losses[3]).toBeNull();
  const [a, b, c, , none, breaking] = losses as readonly number[];
  expect(Math.max(a!, b!)).toBeLessThan(c!);
  expect(c!).toBeLessThan(none!);
  expect(none!).toBeLessThan(breaking!);
});

/** ZDT1: a front from end to end, on which all coordinates but the first are 0. Source: E. Zitzler et al., Evol. Comp. 8 (2000). */
const SPACE: Space = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`x${i}`, { uniform: [0, 1] }]));
function zdt1(units: readonly number[]): CostPair {
  const g = 1 + (9 * units.slice(1).reduce((sum, unit) => sum + unit, 0)) / (units.length - 1);
  return [units[0]!, g * (1 - Math.sqrt(units[0]! / g))];
}

/** The area that a search's points cover, of less than 10.8. */
function areaOf(name: string, trials: number, seed: number): number {
  const sampler = (SAMPLERS as Readonly<Record<string, Sampler>>)[name]!;
  const observations: Observation[] = [];
  const costs: CostPair[] = [];
  for (let index = 0; index < trials; index++) {
    const hparams = sampler.suggest({
      space: SPACE,
      options: { startupTrials: 10 },
      index,
      seed,
      observations,
      direction: 'minimize',
    });
    const pair = zdt1(Object.values(hparams).map(Number));
    costs.push(pair);
    observations.push({ hparams, score: pair[0], second: pair[1] });
  }
  return hypervolume(
    costs.map((pair) => ({ costs: pair })),
    [1.1, 10],
  );
}

it.each(['tpe', 'nsga2'])('%s covers more of a front than chance', (name) => {
  const over = (sampler: string): number => median(Array.from({ length: 7 }, (_, i) => areaOf(sampler, 100, i + 1)));
  expect(over(name)).toBeGreaterThan(over('random') + 0.5);
});
