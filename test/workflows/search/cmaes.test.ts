import { deriveSeed, pointsIn, uniform } from '../../../workflows/search';
import { cmaes } from '../../../workflows/search/cmaes/cmaes';
import type { Observation, Space } from '../../../workflows/search';
import { withMargin } from '../../../workflows/search/cmaes/margin';
import { normalMass } from '../../../workflows/search/normal';
import { cellsOf } from '../../../workflows/search/space';
import { median } from '../../../workflows/analysis/statistics';
import type { HParams } from '../../../workflows/words/trial';

type Loss = (x: readonly number[]) => number | null;

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `x${i}`);
const cube = (count: number, low: number, high: number): Space =>
  Object.fromEntries(names(count).map((name) => [name, { uniform: [low, high] }]));

const sphere: Loss = (x) => x.reduce((sum, one) => sum + (one - 0.3) ** 2, 0);
const rosenbrock: Loss = (x) =>
  x.slice(1).reduce((sum, one, i) => sum + 100 * (one - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);

/** Losses by trial, some of them running at a time. */
function search(
  space: Space,
  loss: Loss,
  trials: number,
  { seed = 3, parallel = 1, before = [] as readonly Observation[] } = {},
): readonly (number | null)[] {
  const observations: Observation[] = [...before];
  const running: number[] = [];
  let ends = 0;
  for (let index = 0; index < trials; index++) {
    running.push(observations.push({ hparams: suggest(space, observations, index, seed), score: undefined }) - 1);
    if (running.length < parallel) continue;
    const [done] = running.splice(Math.floor(uniform(deriveSeed(seed, 'ends'), ends++) * running.length), 1);
    observations[done!] = {
      ...observations[done!]!,
      score: loss(Object.values(observations[done!]!.hparams).map(Number)),
    };
  }
  return observations.slice(before.length).map(({ score }) => score ?? null);
}

const suggest = (space: Space, observations: readonly Observation[], index: number, seed = 3): HParams =>
  cmaes.suggest({ space, options: {}, index, seed, observations, direction: 'minimize' });
const lowest = (losses: readonly (number | null)[]): number => Math.min(...losses.map((loss) => loss ?? Infinity));

it.each([1, 4])('converges on a sphere, %d at a time', (parallel) => {
  expect(lowest(search(cube(4, -1, 2), sphere, 300, { parallel }))).toBeLessThan(1e-3);
});

it('turns along a bent valley', () => {
  const ends = [1, 2, 3].map((seed) => lowest(search(cube(2, -2, 2), rosenbrock, 400, { seed })));
  expect(median(ends)).toBeLessThan(1e-3);
});

it('finds a corner of the cube, where most draws fall outside', () => {
  expect(lowest(search(cube(6, 0, 1), (x) => x.reduce((sum, one) => sum + one, 0), 200))).toBeLessThan(0.1);
});

it('finds the whole numbers beside a range, and does not come to rest beside them', () => {
  const space: Space = { x: { uniform: [-1, 1] }, n: { integer: [-10, 10] }, m: { ordinal: [-3, 0, 1, 4, 9] } };
  const ends = [1, 2, 3, 4, 5].map((seed) =>
    lowest(search(space, ([x, n, m]) => (x! - 0.2) ** 2 + (n! - 7) ** 2 + (m! - 4) ** 2, 150, { seed })),
  );
  expect(median(ends)).toBeLessThan(0.01);
});

it('gives every whole number beside the mean at least the margin, and leaves wide distributions alone', () => {
  const cells = cellsOf({ integer: [0, 9] })!;
  for (const mean of [0.01, 0.05, 0.099, 0.31, 0.35, 0.399, 0.95, 1]) {
    const { mean: moved, deviation } = withMargin(cells, { mean, deviation: 0.001 }, 0.1);
    const cell = cells.at(Math.min(0.999999, mean));
    const outside =
      1 -
      normalMass(
        cell === 0 ? -Infinity : cells.edge(cell),
        cell === 9 ? Infinity : cells.edge(cell + 1),
        moved,
        deviation,
      );
    // Half a margin on either side; beside the ends all of it on the one there is. Just before an edge there is more
    // already.
    expect([mean, outside > 0.099 && outside < 0.25]).toEqual([mean, true]);
    expect([mean, cells.at(Math.min(1, moved))]).toEqual([mean, cell]);
  }
  expect(withMargin(cells, { mean: 0.35, deviation: 0.3 }, 0.1)).toEqual({ mean: 0.35, deviation: 0.3 });
});

it('starts anew once it has converged, and repeats no point', () => {
  const observations: Observation[] = [];
  for (let index = 0; index < 550; index++) {
    const hparams = suggest(cube(2, 0, 1), observations, index);
    observations.push({ hparams, score: sphere(Object.values(hparams).map(Number)) });
  }
  const far = observations.slice(300).filter(({ score }) => score! > 0.05);
  expect(far.length).toBeGreaterThan(0);
  expect(new Set(observations.map(({ hparams }) => JSON.stringify(hparams))).size).toBe(550);
});

it('goes on through failures, a whole generation of them too', () => {
  expect(lowest(search(cube(2, -1, 2), (x) => (x[0]! + x[1]! > 1.2 ? null : sphere(x)), 200))).toBeLessThan(1e-3);
  let told = 0;
  expect(lowest(search(cube(2, -1, 2), (x) => (told++ < 15 ? null : sphere(x)), 200))).toBeLessThan(1e-3);
});

it('begins at the best of what was run elsewhere', () => {
  const space = cube(3, 0, 1);
  const before: readonly Observation[] = [
    { hparams: { x0: 0.9, x1: 0.1, x2: 0.5 }, score: 1, elsewhere: true },
    { hparams: { x0: 0, x1: 0, x2: 0 }, score: 2, elsewhere: true },
  ];
  const firsts = Array.from({ length: 40 }, (_, index) => suggest(space, before, index));
  expect(median(firsts.map(({ x0 }) => Number(x0)))).toBeGreaterThan(0.75);
  expect(median(firsts.map(({ x1 }) => Number(x1)))).toBeLessThan(0.25);
});

it('leaves choices and what depends on them to tpe', () => {
  const space: Space = {
    x: { uniform: [0, 1] },
    kind: { choice: ['a', 'b', 'c'] },
    y: { uniform: [0, 1], when: { kind: 'b' } },
  };
  const observations: Observation[] = [];
  for (let index = 0; index < 120; index++) {
    const hparams = suggest(space, observations, index);
    expect('y' in hparams).toBe(hparams['kind'] === 'b');
    observations.push({
      hparams,
      score: (Number(hparams['x']) - 0.7) ** 2 + (hparams['kind'] === 'b' ? (Number(hparams['y']) - 0.2) ** 2 : 1),
    });
  }
  expect(observations.slice(80).filter(({ hparams }) => hparams['kind'] === 'b').length).toBeGreaterThan(25);
  expect(lowest(observations.map(({ score }) => score!))).toBeLessThan(0.01);
});

it('refuses a space that has nothing for it, and tries every point of a finite one', () => {
  expect(() => suggest({ kind: { choice: ['a', 'b'] } }, [], 0)).toThrow(
    'must have a range or an ordinal without a condition, on which nothing depends, for the sampler cmaes: use tpe',
  );
  const space: Space = { n: { integer: [1, 4] }, kind: { choice: ['a', 'b', 'c'] } };
  const observations: Observation[] = [];
  for (let index = 0; index < pointsIn(space); index++)
    observations.push({ hparams: suggest(space, observations, index), score: index % 5 });
  expect(new Set(observations.map(({ hparams }) => JSON.stringify(hparams))).size).toBe(12);
});
