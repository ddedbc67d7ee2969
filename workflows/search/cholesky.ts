/**
 * Symmetric systems by their Cholesky factor: row by row in one Float64Array, of which only the lower triangle counts.
 *
 * @module
 */

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { sqrt } = Math;

/** Shares of the mean diagonal that are added to it until the matrix is numerically positive definite. */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2];

/**
 * The lower factor of a matrix, or of one with a little more on its diagonal where that is needed; `undefined` where
 * nothing helps.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!;
  for (const jitter of JITTERS) {
    const factor = factorOf(matrix, size, (jitter * trace) / size);
    if (factor !== undefined) return factor;
  }
  return undefined;
}

function factorOf(matrix: Float64Array, size: number, added: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]! + (i === j ? added : 0);
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i === j && !(sum > 0 && sum < Infinity)) return undefined;
      factor[i * size + j] = i === j ? sqrt(sum) : sum / factor[j * size + j]!;
    }
  }
  return factor;
}

/** Solves `factor * x = vector`. */
export function solveLower(factor: Float64Array, vector: ArrayLike<number>): Float64Array {
  const size = vector.length;
  const solution = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * size + k]! * solution[k]!;
    solution[i] = sum / factor[i * size + i]!;
  }
  return solution;
}

/** Solves `transpose(factor) * x = vector`. */
export function solveUpper(factor: Float64Array, vector: ArrayLike<number>): Float64Array {
  const size = vector.length;
  const solution = Float64Array.from(vector);
  for (let i = size - 1; i >= 0; i--) {
    const value = solution[i]! / factor[i * size + i]!;
    solution[i] = value;
    for (let k = 0; k < i; k++) solution[k]! -= factor[i * size + k]! * value;
  }
  return solution;
}

/** The inverse of the matrix that a factor belongs to, its lower triangle. */
export function inverseOf(factor: Float64Array, size: number): Float64Array {
  const lower = inverseFactor(factor, size);
  const inverse = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) {
      const value = lower[k * size + i]!;
      for (let j = 0; j <= i; j++) inverse[i * size + j]! += value * lower[k * size + j]!;
    }
  }
  return inverse;
}

function inverseFactor(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const diagonal = factor[i * size + i]!;
    for (let k = 0; k < i; k++) {
      const value = factor[i * size + k]!;
      for (let j = 0; j <= k; j++) inverse[i * size + j]! -= value * inverse[k * size + j]!;
    }
    for (let j = 0; j < i; j++) inverse[i * size + j]! /= diagonal;
    inverse[i * size + i] = 1 / diagonal;
  }
  return inverse;
}
