/**
 * Counter-based randomness: every number is a pure function of a seed and its place, so nothing has a state to lose.
 *
 * @module
 */

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { floor, imul } = Math;

/** Largest seed plus one: TensorFlow takes seeds as signed 32-bit integers. */
const SEED_MAX = 2 ** 31 - 1;

/** Avalanche of 32 bits. Source: the `lowbias32` finalizer, C. Wellons, "Prospecting for Hash Functions", 2018. */
function mix(value: number): number {
  let x = value | 0;
  x = imul(x ^ (x >>> 16), 0x7feb352d);
  x = imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * A hash of the parts in [0, 2^32); strings count by their UTF-16 units, numbers by both halves of a 53-bit integer.
 */
export function hash32(...parts: readonly (number | string)[]): number {
  let state = 0x9e3779b9;
  const add = (word: number): void => {
    state = mix(state ^ (word + 0x9e3779b9 + (state << 6) + (state >>> 2)));
  };
  for (const part of parts) {
    if (typeof part === 'number') {
      add(part >>> 0);
      add(floor(part / 2 ** 32) >>> 0);
    } else {
      add(part.length);
      for (let i = 0; i < part.length; i++) add(part.charCodeAt(i));
    }
  }
  return state >>> 0;
}

/**
 * A seed in [1, 2^31), e.g. of (study seed, stage id, trial number). Never 0: some TensorFlow.js initializers take 0
 * for "no seed".
 */
export function deriveSeed(...parts: readonly (number | string)[]): number {
  return (hash32(...parts) % (SEED_MAX - 1)) + 1;
}

/** A uniform number in [0, 1) with 53 random bits: the `index`-th of the stream `seed`. */
export function uniform(seed: number, index: number): number {
  const high = hash32(seed, index, 1) >>> 5;
  const low = hash32(seed, index, 2) >>> 6;
  return (high * 2 ** 26 + low) / 2 ** 53;
}

/** A permutation of 0 … length-1 by the Fisher-Yates shuffle, e.g. an epoch's order of examples. */
export function permutation(length: number, seed: number): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = floor((mix(seed ^ mix(i)) / 2 ** 32) * (i + 1));
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
