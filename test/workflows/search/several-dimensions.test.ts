import { SAMPLERS } from '../../../workflows/search/samplers';
import { flattenSpace, hparamsIn, pointKeys, spaceProblems, unitsOf } from '../../../workflows/search/space';
import type { NestedSpace } from '../../../workflows/search/space';
import { misfitsIn } from '../../../workflows/search/space/fit';
import type { HParams } from '../../../workflows/words/trial';

const NESTED: NestedSpace = {
  optimizer: {
    branches: {
      adam: { learningRate: { logUniform: [1e-4, 1e-2] } },
      sgd: { learningRate: { logUniform: [1e-2, 1] } },
      adagrad: { learningRate: { constant: 0.05 } },
    },
  },
  dropoutRate: { uniform: [0, 0.5] },
};
const SPACE = flattenSpace(NESTED);
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  adam: [1e-4, 1e-2],
  sgd: [1e-2, 1],
  adagrad: [0.05, 0.05],
};

describe('a hyperparameter in several branches', () => {
  it('has a dimension for each, and one name', () => {
    expect(spaceProblems(NESTED)).toEqual([]);
    expect(SPACE).toMatchObject({
      'learningRate (adam)': { logUniform: [1e-4, 1e-2], of: 'learningRate', when: { optimizer: 'adam' } },
      'learningRate (sgd)': { logUniform: [1e-2, 1], of: 'learningRate' },
    });
    expect(hparamsIn(SPACE)).toEqual(['optimizer', 'learningRate', 'dropoutRate']);
    expect(spaceProblems(SPACE)).toEqual([]);
  });

  it.each(Object.entries(SAMPLERS).filter(([name]) => name !== 'grid'))(
    'is drawn by %s from the range of its own branch',
    (name, sampler) => {
      const observations: { hparams: HParams; score: number }[] = [];
      const options = { name, startupTrials: 5, candidates: 8, levels: 3 };
      for (let index = 0; index < 24; index++) {
        const hparams = sampler.suggest({ space: SPACE, options, index, seed: 3, observations, direction: 'minimize' });
        const [low, high] = RANGES[String(hparams['optimizer'])]!;
        expect(Object.keys(hparams).sort()).toEqual(['dropoutRate', 'learningRate', 'optimizer']);
        expect(hparams['learningRate']).toBeGreaterThanOrEqual(low);
        expect(hparams['learningRate']).toBeLessThanOrEqual(high);
        const score = Math.abs(Math.log10(Number(hparams['learningRate']) / 0.1)) + Number(hparams['dropoutRate']);
        observations.push({ hparams, score });
      }
      expect(new Set(observations.map(({ hparams }) => hparams['optimizer'])).size).toBeGreaterThan(1);
    },
  );

  it('is counted through by a grid, each branch with its own values', () => {
    const grid = SAMPLERS['grid']!;
    const size = grid.size(SPACE, { levels: 2 });
    expect(size).toBe((2 + 2 + 1) * 2);
    const points = Array.from({ length: size }, (_, index) =>
      grid.suggest({ space: SPACE, options: { levels: 2 }, index, seed: 1, observations: [], direction: 'minimize' }),
    );
    expect(new Set(points.map(pointKeys(SPACE))).size).toBe(size);
    expect(new Set(points.map(({ learningRate }) => learningRate))).toEqual(new Set([1e-4, 1e-2, 1, 0.05]));
  });

  it('is found again at its place in the range of its branch', () => {
    const [, adam, sgd] = unitsOf(SPACE, { optimizer: 'sgd', learningRate: 0.1, dropoutRate: 0.1 });
    expect([adam, sgd]).toEqual([undefined, expect.closeTo(0.5, 9)]);
    expect(misfitsIn(SPACE, { optimizer: 'sgd', learningRate: 0.1 })).toEqual([]);
    expect(misfitsIn(SPACE, { optimizer: 'adam', learningRate: 0.1 })).toEqual([
      { name: 'learningRate', rule: expect.stringMatching(/must lie between 0.0001 and 0.01/) as string },
    ]);
  });

  it('is refused where two of them can exist together, or others depend on it', () => {
    const both: NestedSpace = {
      a: { branches: { x: { l2: { uniform: [0, 1] } }, y: {} } },
      b: { branches: { x: { l2: { uniform: [0, 1] } }, y: {} } },
    };
    expect(spaceProblems(both).map(({ rule }) => rule)).toEqual([
      expect.stringMatching(/must have a name of its own, but a.branches.x.l2 has it too/),
    ]);
    const outside: NestedSpace = { l2: { uniform: [0, 1] }, a: { branches: { x: { l2: { uniform: [0, 1] } } } } };
    expect(spaceProblems(outside)[0]?.rule).toMatch(/must have a name of its own/);
    const selector: NestedSpace = {
      a: { branches: { x: { kind: { choice: [1, 2] } }, y: { kind: { choice: [1, 2] } } } },
      l2: { uniform: [0, 1], when: { kind: 1 } },
    };
    expect(spaceProblems(selector).length).toBeGreaterThan(0);
  });
});
