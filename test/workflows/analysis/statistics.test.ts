import {
  geometricMean,
  logMedian,
  mean,
  median,
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
