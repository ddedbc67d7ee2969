import { SAMPLERS } from '../../../workflows/search';
import type { Space } from '../../../workflows/search';

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19];
/** The values of each dimension are the slices that the first p^2 points share out among them. */
const SPACE: Space = Object.fromEntries(PRIMES.map((prime) => [`base${prime}`, { integer: [0, prime ** 2 - 1] }]));

function points(count: number, seed: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, (_, index) =>
    Object.values(
      SAMPLERS.halton.suggest({ space: SPACE, options: {}, index, seed, observations: [], direction: 'minimize' }),
    ).map(Number),
  );
}

/** Correlation of two coordinates. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]): readonly number[] =>
    values.map((value) => value - values.reduce((sum, one) => sum + one, 0) / values.length);
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, one, i) => sum + one * y[i]!, 0);
  const [x, y] = [centred(a), centred(b)];
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

it.each([1, 9])(
  'has one point in each of p slices, then in each of p^2, of the dimension whose base is the prime p, from seed %d',
  (seed) => {
    const all = points(19 ** 2, seed);
    PRIMES.forEach((prime, dimension) => {
      const slices = all.slice(0, prime ** 2).map((point) => point[dimension]!);
      expect(new Set(slices).size).toBe(prime ** 2);
      expect(new Set(slices.slice(0, prime).map((slice) => Math.floor(slice / prime))).size).toBe(prime);
    });
  },
);

it('does not let the dimensions of large bases rise together, as they do unscrambled', () => {
  const rises = Array.from({ length: 20 }, (_, seed) => {
    const first = points(16, seed + 1);
    return correlation(
      first.map((point) => point[6]!),
      first.map((point) => point[7]!),
    );
  });
  // Unscrambled, the first 16 points of bases 17 and 19 have a correlation of 1.
  expect(Math.abs(rises.reduce((sum, rise) => sum + rise, 0) / 20)).toBeLessThan(0.25);
});

it('draws other points from another seed', () => {
  expect(points(5, 1)).not.toEqual(points(5, 2));
});
