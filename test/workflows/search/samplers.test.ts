import { gridSize, SAMPLERS } from '../../../workflows/search';
import type { Sampler, Space } from '../../../workflows/search';
import type { HParams } from '../../../workflows/words/trial';

const SPACE: Space = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
  flip: { choice: [0, 0.25, 0.5, 0.75] },
  units: { integer: [1, 2] },
};

const ALL: Readonly<Record<string, Sampler>> = SAMPLERS;

function suggestions(
  name: string,
  count: number,
  seed: number,
  options: object = {},
  space: Space = SPACE,
): readonly HParams[] {
  const sampler = ALL[name]!;
  return Array.from({ length: count }, (_, index) =>
    sampler.suggest({ space, options: { name, ...options }, index, seed, observations: [], direction: 'minimize' }),
  );
}

it.each(Object.keys(SAMPLERS))(
  '%s suggests the same for the same seed and number, with a value for every dimension',
  (name) => {
    const [first, second] = [suggestions(name, 20, 3, { levels: 3 }), suggestions(name, 20, 3, { levels: 3 })];
    expect(second).toEqual(first);
    first.forEach((point) => expect(Object.keys(point)).toEqual(Object.keys(SPACE)));
  },
);

describe('random', () => {
  it('draws other points from another seed', () => {
    expect(suggestions('random', 5, 1)).not.toEqual(suggestions('random', 5, 2));
  });

  it("is even in each dimension's own scale", () => {
    const points = suggestions('random', 4000, 11);
    const shareBelow = (name: string, value: number): number =>
      points.filter((point) => Number(point[name]) < value).length / points.length;
    // Standard error of a share of 4000 is below 0.008: four of them.
    for (const [name, value, share] of [
      ['weightDecay', 1e-4, 0.5],
      ['weightDecay', 1e-5, 0.25],
      ['dropoutRate', 0.15, 0.25],
      ['flip', 0.4, 0.5],
      ['units', 2, 0.5],
    ] as const) {
      expect(Math.abs(shareBelow(name, value) - share)).toBeLessThan(0.032);
    }
  });

  it('draws dimensions independently, and each the same whatever else is in the space', () => {
    const alone = suggestions('random', 10, 4, {}, { dropoutRate: SPACE['dropoutRate']! });
    expect(suggestions('random', 10, 4).map(({ dropoutRate }) => dropoutRate)).toEqual(
      alone.map(({ dropoutRate }) => dropoutRate),
    );
  });
});

describe('grid', () => {
  it('is every combination once, ends included, short lists whole', () => {
    const size = gridSize(SPACE, 3);
    expect(size).toBe(3 * 3 * 4 * 2);
    const points = suggestions('grid', size, 1, { levels: 3 });
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(size);
    expect([...new Set(points.map(({ weightDecay }) => weightDecay))]).toEqual([1e-6, 1e-4, 1e-2]);
    expect([...new Set(points.map(({ dropoutRate }) => dropoutRate))]).toEqual([0, 0.3, 0.6]);
    expect([...new Set(points.map(({ flip }) => flip))]).toEqual([0, 0.25, 0.5, 0.75]);
  });

  it('ends where its points do', () => {
    expect(SAMPLERS.grid.size(SPACE, { levels: 2 })).toBe(2 * 2 * 4 * 2);
    expect(SAMPLERS.random.size(SPACE, {})).toBe(Infinity);
  });
});
