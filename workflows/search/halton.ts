import { deriveSeed, hash32, permutation } from './random';
import type { Sampler } from './sampler';
import { pointAt } from './space';

/** Digits up to this resolution in every base: finer ones do not reach a double. */
const RESOLUTION = 2 ** -52;

/**
 * Points that fill the space evenly, however many there are: dimension i counts in the i-th prime base, digits mirrored
 * at the point.
 *
 * Every digit goes through a permutation of its own, drawn from the seed: without, the dimensions of large bases rise
 * together for their first dozens of points. Suggestion k does not depend on the others, so parallel and serial
 * searches see the same points.
 *
 * Source: J. H. Halton, Numer. Math. 2 (1960); A. B. Owen, "A randomized Halton algorithm in R", arXiv:1706.02808
 * (2017).
 */
export const halton: Sampler = {
  isBlind: true,
  size: () => Infinity,
  suggest: ({ space, seed, index }) => {
    const bases = primes(Object.keys(space).length);
    return pointAt(
      space,
      Object.keys(space).map((name, i) => scrambledInverse(index, bases[i]!, deriveSeed(seed, 'halton', name))),
    );
  },
};

/** The digits of `index` mirrored at the point and permuted, the endless zeros above them too; in [0, 1). */
function scrambledInverse(index: number, base: number, seed: number): number {
  let sum = 0;
  let rest = index;
  let place = 1;
  for (let digit = 0; place > RESOLUTION; digit++) {
    place /= base;
    sum += permutation(base, hash32(seed, digit))[rest % base]! * place;
    rest = Math.floor(rest / base);
  }
  return sum;
}

function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}
