import fc from 'fast-check';
import {
  flattenSpace,
  gridSize,
  pointAt,
  pointKey,
  pointsIn,
  SAMPLERS,
  spaceProblems,
  unitsOf,
} from '../../../workflows/search';
import type { Dimension, NestedSpace, Space } from '../../../workflows/search';
import { enumerate } from '../../../workflows/search/space';
import { anySpace, finiteSpace, isPointOf } from '../../support/spaces';

const SPACE: Space = {
  regularizer: { choice: ['none', 'dropout', 'decay'] },
  dropoutRate: { uniform: [0.1, 0.5], step: 0.1, when: { regularizer: 'dropout' } },
  weightDecay: { ordinal: [1e-4, 1e-3], when: { regularizer: ['decay'] } },
  spatial: { choice: [true, false], when: { dropoutRate: [0.4, 0.5] } },
};

describe('a space with conditions', () => {
  it('has at a point only what exists there', () => {
    expect(pointAt(SPACE, [0, 1, 1, 0])).toEqual({ regularizer: 'none' });
    expect(pointAt(SPACE, [0.5, 0, 1, 0])).toEqual({ regularizer: 'dropout', dropoutRate: 0.1 });
    expect(pointAt(SPACE, [0.5, 1, 1, 0])).toEqual({ regularizer: 'dropout', dropoutRate: 0.5, spatial: true });
    expect(pointAt(SPACE, [1, 1, 1, 0])).toEqual({ regularizer: 'decay', weightDecay: 1e-3 });
  });

  it('does not look at what is left over from elsewhere', () => {
    const here = { regularizer: 'none', dropoutRate: 0.5, weightDecay: 1e-3, spatial: true };
    expect(unitsOf(SPACE, here)).toEqual([1 / 6, undefined, undefined, undefined]);
    expect(pointKey(SPACE, here)).toBe(pointKey(SPACE, { regularizer: 'none' }));
    expect(pointKey(SPACE, { ...here, regularizer: 'decay' })).not.toBe(pointKey(SPACE, here));
  });

  it('counts points: what does not exist multiplies none', () => {
    // none: 1; dropout at 0.1, 0.2, 0.3: 3; at 0.4, 0.5 by spatial: 4; decay: 2.
    expect(pointsIn(SPACE)).toBe(10);
    expect(pointsIn({ ...SPACE, flip: { choice: [0, 0.5] } })).toBe(20);
    expect(pointsIn({ ...SPACE, l2: { logUniform: [1e-6, 1e-2], when: { regularizer: 'decay' } } })).toBe(Infinity);
  });

  it('has a grid of its points, each once, with all values of what others depend on', () => {
    const size = gridSize({ ...SPACE, l2: { logUniform: [1e-6, 1e-2], when: { regularizer: 'decay' } } }, 2);
    expect(size).toBe(1 + 3 + 4 + 2 * 2);
    const points = Array.from({ length: 10 }, (_, index) =>
      SAMPLERS.grid.suggest({
        space: SPACE,
        options: { levels: 2 },
        index,
        seed: 1,
        observations: [],
        direction: 'minimize',
      }),
    );
    expect(new Set(points.map((point) => pointKey(SPACE, point))).size).toBe(10);
  });
});

it('numbers every point of a finite space once, as many as can be drawn', () => {
  fc.assert(
    fc.property(
      finiteSpace.filter((space) => pointsIn(space) <= 500),
      fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }), {
        minLength: 5,
        maxLength: 20,
      }),
      (space, draws) => {
        const points = enumerate(space);
        const all = Array.from({ length: points.size }, (_, i) => points.at(i));
        expect(all.filter((point) => !isPointOf(space, point))).toEqual([]);
        const keys = new Set(all.map((point) => pointKey(space, point)));
        expect(keys.size).toBe(points.size);
        for (const units of draws) expect(keys.has(pointKey(space, pointAt(space, units)))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

it('gives and takes every point of any space, which is plain data', () => {
  fc.assert(
    fc.property(
      anySpace,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
      (space, units) => {
        const point = pointAt(space, units);
        expect(isPointOf(space, point)).toBe(true);
        expect(JSON.parse(JSON.stringify(space))).toEqual(space);
        expect(spaceProblems(space)).toEqual([]);
        expect(unitsOf(space, point).filter((unit) => unit !== undefined).length).toBe(Object.keys(point).length);
      },
    ),
    { numRuns: 200 },
  );
});

it('flattens branches into choices and conditions, names that are values into values', () => {
  const nested: NestedSpace = {
    layers: {
      branches: {
        1: { units: { integer: [8, 64] } },
        2: { width: { choice: [16, 32] }, tied: { branches: { true: { scale: { uniform: [0, 1] } }, false: {} } } },
      },
    },
    l2: { constant: 0, when: { layers: 1 } },
  };
  const space = flattenSpace(nested);
  expect(space).toEqual({
    layers: { choice: [1, 2] },
    units: { integer: [8, 64], when: { layers: 1 } },
    width: { choice: [16, 32], when: { layers: 2 } },
    tied: { choice: [true, false], when: { layers: 2 } },
    scale: { uniform: [0, 1], when: { tied: true } },
    l2: { constant: 0, when: { layers: 1 } },
  });
  expect(spaceProblems(nested)).toEqual([]);
  expect(flattenSpace(space)).toEqual(space);
  expect(pointAt(space, [1, 0, 0, 0, 0.5, 0])).toEqual({ layers: 2, width: 16, tied: true, scale: 0.5 });
});

describe('what is wrong with a space', () => {
  const problems = (space: object): readonly string[] =>
    spaceProblems(space as NestedSpace).map(({ path, rule }) => `${path.join('.')}: ${rule}`);
  const x: Dimension = { uniform: [0, 1] };

  it('is reported all at once, with its path', () => {
    expect(
      problems({
        a: { uniform: [1, 0] },
        b: { choice: [1, 1] },
        c: { ...x, when: { nobody: 1 } },
        d: { choice: ['p', 'q'], when: { e: 'r' } },
        e: { choice: ['r'], when: { d: 'p' } },
        f: { integer: [0, 4], when: { g: 3 } },
        g: { choice: [1, 2] },
        h: { ...x, when: { i: 0.5 } },
        i: { uniform: [0, 1] },
        j: { logUniform: [0, 1] },
        k: { kind: 'none' },
        l: { integer: [0, 9], log: true },
      }),
    ).toEqual([
      'a.uniform: must rise from the lowest to the highest value',
      'b.choice: must not have a value twice',
      'j.logUniform: must be above 0: drawn evenly in the logarithm',
      'k: must have one of uniform, logUniform, integer, choice, ordinal, constant, branches',
      'l.integer: must be above 0: drawn evenly in the logarithm',
      'c.when.nobody: must be the name of another hyperparameter of this space (a, b, d, e, f, g, h, i, j, k, l)',
      'd.when.e: must not depend on itself: d -> e -> d',
      'e.when.d: must not depend on itself: e -> d -> e',
      'f.when.g: must be values that g can have, which 3 cannot be',
      'h.when.i: must name a hyperparameter with at most 1000 values: a choice, an ordinal, a constant or a short range of integers',
    ]);
  });

  it('is a condition that never holds, a name in branches of two choices, and a space of nothing', () => {
    expect(
      problems({ a: { choice: [1, 2] }, b: { choice: [1, 2], when: { a: 1 } }, c: { ...x, when: { a: 2, b: 1 } } }),
    ).toEqual(['c.when: never holds: it and what it depends on need different values of a']);
    expect(problems({ a: { branches: { p: { x }, q: {} } }, b: { branches: { p: { x }, q: {} } } })).toEqual([
      'b.branches.p.x: must have a name of its own, but a.branches.p.x has it too: give it once, with when, or in branches of one choice',
    ]);
    expect(problems({})).toEqual([': must have at least one hyperparameter']);
  });

  it('is more ways to depend on each other than a suggestion can go through', () => {
    const switches = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`s${i}`, { choice: [0, 1] }]));
    const all = Object.fromEntries(Object.keys(switches).map((name) => [name, 1]));
    expect(problems({ ...switches, x: { ...x, when: all } })).toEqual([
      expect.stringMatching(/^: hyperparameters must depend on each other in at most 5000 ways/),
    ]);
  });

  it('is anything at all: none throws', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.oneof(
            fc.anything(),
            fc.dictionary(
              fc.constantFrom('uniform', 'choice', 'integer', 'when', 'branches', 'step', 'ordinal'),
              fc.oneof(fc.anything(), fc.array(fc.double())),
            ),
          ),
          { maxKeys: 4 },
        ),
        (space) => {
          expect(Array.isArray(problems(space))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
