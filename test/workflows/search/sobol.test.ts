import { SAMPLERS } from '../../../workflows/search';
import type { Space } from '../../../workflows/search';
import { SOBOL_BITS, SOBOL_DIMENSIONS_MAX, sobolNumber } from '../../../workflows/search/sobol-sequence';
import { sweepOptions } from '../../../workflows/stages/sweep/options';

/** Points as their places among 64 slices of each dimension. */
function slicesOf(count: number, dimensions: number, seed: number): readonly (readonly number[])[] {
  const space: Space = Object.fromEntries(
    Array.from({ length: dimensions }, (_, i) => [`x${i}`, { integer: [0, 63] }]),
  );
  return Array.from({ length: count }, (_, index) =>
    Object.values(
      SAMPLERS.sobol.suggest({ space, options: {}, index, seed, observations: [], direction: 'minimize' }),
    ).map(Number),
  );
}

/**
 * Points 1 to 15 in sixteenths; point 0 is the origin. With scipy 1.17.1:
 * python -c "from scipy.stats import qmc; print((qmc.Sobol(16, scramble=False).random(16) * 16).astype(int).tolist())"
 */
const SCIPY_SIXTEENTHS = [
  [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8],
  [12, 4, 4, 4, 12, 12, 4, 12, 12, 12, 12, 12, 4, 4, 12, 4],
  [4, 12, 12, 12, 4, 4, 12, 4, 4, 4, 4, 4, 12, 12, 4, 12],
  [6, 6, 10, 14, 6, 2, 6, 14, 14, 10, 14, 6, 6, 10, 6, 14],
  [14, 14, 2, 6, 14, 10, 14, 6, 6, 2, 6, 14, 14, 2, 14, 6],
  [10, 2, 14, 10, 10, 14, 2, 2, 2, 6, 2, 10, 2, 14, 10, 10],
  [2, 10, 6, 2, 2, 6, 10, 10, 10, 14, 10, 2, 10, 6, 2, 2],
  [3, 5, 15, 7, 9, 5, 7, 15, 15, 5, 11, 1, 15, 15, 13, 15],
  [11, 13, 7, 15, 1, 13, 15, 7, 7, 13, 3, 9, 7, 7, 5, 7],
  [15, 1, 11, 3, 5, 9, 3, 3, 3, 9, 7, 13, 11, 11, 1, 11],
  [7, 9, 3, 11, 13, 1, 11, 11, 11, 1, 15, 5, 3, 3, 9, 3],
  [5, 3, 5, 9, 15, 7, 1, 1, 1, 15, 5, 7, 9, 5, 11, 1],
  [13, 11, 13, 1, 7, 15, 9, 9, 9, 7, 13, 15, 1, 13, 3, 9],
  [9, 7, 1, 13, 3, 11, 5, 13, 13, 3, 9, 11, 13, 1, 7, 5],
  [1, 15, 9, 5, 11, 3, 13, 5, 5, 11, 1, 3, 5, 9, 15, 13],
];

/**
 * Point 1000 in 1024ths. With scipy 1.17.1: python -c "from scipy.stats import qmc; s = qmc.Sobol(64,
 * scramble=False).fast_forward(1000); print((s.random(1)[0] * 1024).astype(int).tolist())"
 */
const SCIPY_POINT_1000 = [
  225, 99, 531, 693, 287, 929, 47, 921, 513, 71, 87, 261, 165, 393, 147, 379, 737, 353, 1015, 743, 535, 563, 973, 553,
  597, 929, 41, 1003, 61, 349, 151, 149, 303, 607, 821, 789, 869, 851, 315, 491, 935, 261, 983, 719, 861, 95, 893, 941,
  1023, 491, 361, 529, 771, 449, 129, 913, 465, 81, 905, 585, 457, 617, 265, 457,
];

it('equals the unscrambled points of scipy', () => {
  SCIPY_SIXTEENTHS.forEach((point, i) =>
    expect(point.map((_, dimension) => sobolNumber(i + 1, dimension) / 2 ** (SOBOL_BITS - 4))).toEqual(point),
  );
  expect(SCIPY_POINT_1000.map((_, dimension) => sobolNumber(1000, dimension) / 2 ** (SOBOL_BITS - 10))).toEqual(
    SCIPY_POINT_1000,
  );
});

it('has no more dimensions than its table', () => {
  expect(SCIPY_POINT_1000).toHaveLength(SOBOL_DIMENSIONS_MAX);
  expect(() => sobolNumber(1, SOBOL_DIMENSIONS_MAX)).toThrow(
    'a Sobol sequence must have at most 64 dimensions, got 65',
  );
  const space = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`x${i}`, { uniform: [0, 1] }]));
  const problems = sweepOptions.safeParse({ space, sampler: { name: 'sobol' } }).error?.issues;
  expect(problems?.map(({ path, message }) => [...path, message])).toEqual([
    ['space', 'must have at most 64 hyperparameters for the sampler sobol, got 65: use random or tpe'],
  ]);
});

it.each([1, 2, 77])(
  'has one point in each of 2^k slices of every dimension after 2^k points, scrambled by seed %d too',
  (seed) => {
    const points = slicesOf(64, 20, seed);
    for (const count of [2, 4, 8, 16, 32, 64]) {
      for (let dimension = 0; dimension < 20; dimension++) {
        expect(new Set(points.slice(0, count).map((point) => Math.floor((point[dimension]! * count) / 64))).size).toBe(
          count,
        );
      }
    }
  },
);

it('has one point in each box of every shape in its first two dimensions', () => {
  const points = slicesOf(64, 2, 5);
  for (const columns of [1, 2, 4, 8, 16, 32, 64]) {
    const rows = 64 / columns;
    expect(
      new Set(points.map(([x, y]) => `${Math.floor((x! * columns) / 64)} ${Math.floor((y! * rows) / 64)}`)).size,
    ).toBe(64);
  }
});

it('scrambles by the seed, and starts anywhere', () => {
  const firsts = Array.from({ length: 50 }, (_, seed) => slicesOf(1, 2, seed + 1)[0]!);
  expect(new Set(firsts.map(String)).size).toBeGreaterThan(45);
  // Standard error of the mean of 50 is 2.6: four of them.
  for (const dimension of [0, 1])
    expect(Math.abs(firsts.reduce((sum, point) => sum + point[dimension]!, 0) / 50 - 31.5)).toBeLessThan(10.5);
});
