import fc from 'fast-check';
import {
  geometricMean,
  logMedian,
  mean,
  median,
  pairedBootstrap,
  quantile,
  rankCorrelation,
  ranks,
  ratioSpread,
  standardDeviation,
  standardError,
} from '../../../workflows/analysis';

it('gives the textbook values of a small sample', () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  // By divisor n - 1: sqrt(32 / 7).
  expect(standardDeviation(values)).toBeCloseTo(2.13809, 5);
  expect(standardError(values)).toBeCloseTo(0.75593, 5);
  expect(median(values)).toBe(4.5);
  expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 12);
});

it('takes rates by their ratios', () => {
  expect(geometricMean([1e-4, 1e-2])).toBeCloseTo(1e-3, 12);
  expect(logMedian([1e-4, 1e-1, 1e-2, 1e-3])).toBeCloseTo(10 ** -2.5, 12);
  expect(ratioSpread([0.5, 0.1, 0.2])).toBe(5);
});

it('has no spread in a single value, and no mean of none', () => {
  expect([standardDeviation([3]), standardError([3]), ratioSpread([3])]).toEqual([0, 0, 1]);
  for (const statistic of [mean, median, standardDeviation, ratioSpread])
    expect(() => statistic([])).toThrow(RangeError);
});

it('shares the places of ties among ranks', () => {
  expect(ranks([10, 20, 10, 30])).toEqual([1.5, 3, 1.5, 4]);
});

it('finds a rank correlation in any rising or falling relation, and none where it is not defined', () => {
  expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 3, 4], [9, 7, 5, 1])).toBeCloseTo(-1, 12);
  expect(rankCorrelation([1, 2, 3], [5, 5, 5])).toBeNull();
  expect(rankCorrelation([1, 2], [1, 2])).toBeNull();
});

describe('the paired bootstrap', () => {
  it('is exact for few pairs', () => {
    // Of the 27 resamples of (-1, 1, 2) those with a sum above 0 are 19, and 3 sum to 0: -1 -1 2.
    const resamples = [-1, 1, 2].flatMap((a) => [-1, 1, 2].flatMap((b) => [-1, 1, 2].map((c) => a + b + c)));
    const expected = resamples.reduce((sum, value) => sum + (value > 0 ? 1 : value === 0 ? 0.5 : 0), 0) / 27;
    expect(pairedBootstrap([-1, 1, 2], 7)).toBeCloseTo(expected, 12);
    expect(pairedBootstrap([3], 7)).toBe(1);
    expect(pairedBootstrap([0], 7)).toBe(0.5);
  });

  it('is certain where all pairs agree, and even where they balance', () => {
    expect(
      pairedBootstrap(
        Array.from({ length: 12 }, (_, i) => 1 + i),
        3,
      ),
    ).toBe(1);
    expect(pairedBootstrap([-1, 1, -1, 1, -1, 1, -1, 1], 3)).toBeCloseTo(0.5, 1);
  });

  it('gives the other side the rest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 9 }),
        fc.nat(),
        (differences, seed) => {
          expect(
            pairedBootstrap(differences, seed) +
              pairedBootstrap(
                differences.map((value) => 0 - value),
                seed,
              ),
          ).toBeCloseTo(1, 9);
        },
      ),
      { numRuns: 30 },
    );
  });
});
