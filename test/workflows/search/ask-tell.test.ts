import { createSearch, SAMPLERS } from '../../../workflows/search';
import type { Asked, NestedSpace, SearchOptions } from '../../../workflows/search';
import type { HParams } from '../../../workflows/words/trial';

const SPACE: NestedSpace = {
  rate: { logUniform: [1e-4, 1] },
  kind: { branches: { plain: {}, dropout: { dropoutRate: { uniform: [0, 0.5] } } } },
};
const loss = ({ rate, dropoutRate }: HParams): number =>
  (Math.log10(Number(rate)) + 2) ** 2 + (dropoutRate === undefined ? 1 : Math.abs(Number(dropoutRate) - 0.2));

function asked(search: ReturnType<typeof createSearch>): Asked {
  const next = search.ask();
  if (next === undefined) throw new Error('expected a point');
  return next;
}

it.each(Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[])(
  'searches with %s: asked for points, told of scores',
  (name) => {
    const search = createSearch({ space: SPACE, sampler: { name }, seed: 4 });
    for (let next = search.ask(); next !== undefined && next.number < 30; next = search.ask())
      search.tell(next.number, loss(next.hparams));
    const scores = search.observations().flatMap(({ score }) => score ?? []);
    expect(search.best()?.score).toBe(Math.min(...scores));
  },
);

it('answers the same in whatever order trials end, and after it was written down and read again', () => {
  const run = (order: readonly number[]): SearchOptions['observations'] => {
    const search = createSearch({ space: SPACE, seed: 4 });
    const out = Array.from({ length: 20 }, () => asked(search));
    order.forEach((i) => search.tell(out[i]!.number, loss(out[i]!.hparams)));
    return search.observations();
  };
  const numbers = [...Array(20).keys()];
  const [forth, back] = [run(numbers), run([...numbers].reverse())];
  expect(back).toEqual(forth);
  const read = JSON.parse(JSON.stringify(forth)) as SearchOptions['observations'];
  const again = (observations: SearchOptions['observations']) =>
    asked(createSearch({ space: SPACE, seed: 4, observations: observations! }));
  expect(again(read)).toEqual(again(forth));
});

it('has nothing more to ask once every point of the space is out', () => {
  const search = createSearch({ space: { a: { choice: [1, 2] }, b: { integer: [1, 3] } }, sampler: { name: 'sobol' } });
  const all = Array.from({ length: 6 }, () => asked(search));
  expect(new Set(all.map(({ hparams }) => JSON.stringify(hparams))).size).toBe(6);
  expect(search.ask()).toBeUndefined();
  expect(search.best()).toBeUndefined();
});

it('maximizes, and takes what is no number for a failure', () => {
  const search = createSearch({ space: SPACE, direction: 'maximize' });
  for (const score of [0.3, NaN, 0.7, null, 0.5]) search.tell(asked(search).number, score);
  expect(search.best()?.score).toBe(0.7);
  expect(search.observations().map(({ score }) => score)).toEqual([0.3, null, 0.7, null, 0.5]);
});

it('refuses what it cannot search, all at once, and scores that nobody waits for', () => {
  expect(() => createSearch({ space: { a: { uniform: [1, 0] }, b: { choice: [] } } })).toThrow(
    'space.a.uniform must rise from the lowest to the highest value, got [1,0]\nspace.b.choice must have at least 1 entry, got []',
  );
  expect(() => createSearch({ space: { a: { times: [1, 2] } } })).toThrow(
    'space.a.times must be values: outside of a study there is nothing to multiply, got [1,2]',
  );
  expect(() => createSearch({ space: SPACE, sampler: { name: 'bayes' as 'tpe' } })).toThrow(
    'sampler.name must be one of random, grid, halton, sobol, tpe, cmaes, gp, nsga2, got bayes',
  );
  const search = createSearch({ space: SPACE });
  expect(() => search.tell(0, 1)).toThrow('number must be one that was asked for and not told, got 0');
});

it('takes what a trial exceeds of its constraints, and counts the best of those that keep them', () => {
  const search = createSearch({ space: { x: { uniform: [0, 1] } } });
  const tell = (score: number, excess: number): void =>
    search.tell(search.ask()!.number, score, { excesses: [excess], second: -score });
  tell(0.1, 0.5);
  tell(0.2, 0.4);
  expect(search.best()?.score).toBe(0.2);
  tell(0.9, -0.1);
  expect(search.best()?.score).toBe(0.9);
});
