import fc from 'fast-check';
import { deriveSeed, hash32, permutation, uniform } from '../../../workflows/search';

it('derives seeds that TensorFlow takes, never 0', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.integer(),
          fc.double({ noNaN: true, min: 0, max: 2 ** 53, noDefaultInfinity: true }).map(Math.floor),
        ),
      ),
      (parts) => {
        const seed = deriveSeed(...parts);
        expect(Number.isInteger(seed) && seed >= 1 && seed < 2 ** 31).toBe(true);
      },
    ),
  );
});

it('tells the order, the kind and the borders of its parts apart', () => {
  const hashes = [
    hash32('a', 'b'),
    hash32('b', 'a'),
    hash32('ab'),
    hash32('', 'ab'),
    hash32(1, 2),
    hash32(2, 1),
    hash32('1', '2'),
    hash32(1 + 2 ** 32),
    hash32(1),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('draws evenly from [0, 1)', () => {
  const draws = Array.from({ length: 10_000 }, (_, i) => uniform(99, i));
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  // Standard error of the mean is 0.0029: four of them.
  expect(Math.abs(draws.reduce((sum, draw) => sum + draw, 0) / draws.length - 0.5)).toBeLessThan(0.012);
});

it('shuffles every number to some place, the same for the same seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (length, seed) => {
      const order = permutation(length, seed);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      expect(permutation(length, seed)).toEqual(order);
    }),
  );
});
