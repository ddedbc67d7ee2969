import fc from 'fast-check';
import { cholesky, inverseOf, solveLower, solveUpper } from '../../../workflows/search/cholesky';

const SIZE = 5;

/** `b * transpose(b)`, which is never negative; singular where rows repeat. */
function product(b: readonly number[]): Float64Array {
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) =>
    Array.from({ length: SIZE }, (__, k) => b[Math.floor(at / SIZE) * SIZE + k]! * b[(at % SIZE) * SIZE + k]!).reduce(
      (sum, one) => sum + one,
      0,
    ),
  );
}

const numbers = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
  minLength: SIZE * SIZE,
  maxLength: SIZE * SIZE,
});

it('solves what it factors', () => {
  fc.assert(
    fc.property(
      numbers,
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: SIZE, maxLength: SIZE }),
      (b, right) => {
        const matrix = product(b).map((one, at) => one + (at % (SIZE + 1) === 0 ? 0.5 : 0));
        const factor = cholesky(matrix, SIZE)!;
        const solution = solveUpper(factor, solveLower(factor, right));
        const lower = inverseOf(factor, SIZE);
        const inverse = lower.map(
          (_, at) =>
            lower[Math.max(Math.floor(at / SIZE), at % SIZE) * SIZE + Math.min(Math.floor(at / SIZE), at % SIZE)]!,
        );
        for (let i = 0; i < SIZE; i++) {
          const row = (of: Float64Array, vector: ArrayLike<number>): number =>
            Array.from(of.subarray(i * SIZE, (i + 1) * SIZE)).reduce((sum, one, k) => sum + one * vector[k]!, 0);
          expect(row(matrix, solution)).toBeCloseTo(right[i]!, 9);
          expect(row(inverse, right)).toBeCloseTo(solution[i]!, 9);
        }
      },
    ),
  );
});

it('factors what is singular by a little more on its diagonal, and refuses what is no such matrix', () => {
  const ones = new Float64Array(SIZE * SIZE).fill(1);
  const factor = cholesky(ones, SIZE)!;
  expect(factor.every(Number.isFinite)).toBe(true);
  expect(solveUpper(factor, solveLower(factor, [1, 1, 1, 1, 1])).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
  expect(cholesky(Float64Array.of(-1, 0, 0, -1), 2)).toBeUndefined();
  expect(cholesky(Float64Array.of(NaN), 1)).toBeUndefined();
});
