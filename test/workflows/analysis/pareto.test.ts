import fc from 'fast-check';
import { coveredShare, hypervolume, paretoFront } from '../../../workflows/analysis';
import type { Costed } from '../../../workflows/analysis';

const costs = (...pairs: readonly (readonly [number, number])[]): readonly Costed[] =>
  pairs.map((pair) => ({ costs: pair }));
const pair = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
  .map((both) => ({ costs: both }));
const beats = (a: Costed, b: Costed): boolean =>
  a.costs[0] <= b.costs[0] && a.costs[1] <= b.costs[1] && (a.costs[0] < b.costs[0] || a.costs[1] < b.costs[1]);

describe('the Pareto front', () => {
  it('is what nothing beats, and beats all else', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), (items) => {
        const front = paretoFront(items);
        for (const item of items) {
          if (front.includes(item)) expect(items.some((other) => beats(other, item))).toBe(false);
          else expect(front.some((other) => beats(other, item) || other.costs.join() === item.costs.join())).toBe(true);
        }
      }),
    );
  });

  it('keeps the first of equals, and leaves out what has no finite cost', () => {
    const items = costs([1, 1], [1, 1], [NaN, 0], [0, Infinity]);
    expect(paretoFront(items)).toEqual([items[0]]);
    expect(paretoFront(items)[0]).toBe(items[0]);
    expect(paretoFront([])).toEqual([]);
  });

  it('takes tens of thousands of points', () => {
    expect(paretoFront(Array.from({ length: 50_000 }, (_, i) => ({ costs: [i, 50_000 - i] as const })))).toHaveLength(
      50_000,
    );
  });
});

describe('the hypervolume', () => {
  it('is the area up to the reference', () => {
    // Columns of widths 1, 2 and 1 and heights 1, 3 and 4.
    expect(hypervolume(costs([1, 4], [2, 2], [4, 1]), [5, 5])).toBe(1 + 6 + 4);
    expect(hypervolume(costs([6, 0], [0, 6]), [5, 5])).toBe(0);
    expect(hypervolume([], [5, 5])).toBe(0);
  });

  it('never falls when a point is added', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 20 }), pair, (items, more) => {
        expect(hypervolume([...items, more], [21, 21])).toBeGreaterThanOrEqual(hypervolume(items, [21, 21]));
      }),
    );
  });

  it('as a share is 1 where one point is best in both, and undefined where nothing varies', () => {
    expect(coveredShare(costs([0, 0], [1, 1]))).toBe(1);
    expect(coveredShare(costs([0, 2], [2, 0]))).toBe(0);
    expect(coveredShare(costs([0, 2], [1, 1], [2, 0]))).toBe(0.25);
    expect(coveredShare(costs([1, 2], [1, 3]))).toBeNull();
    expect(coveredShare([])).toBeNull();
  });
});
