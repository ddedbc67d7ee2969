import { deriveSeed, hash32 } from './random';
import type { Sampler } from './sampler';
import { SOBOL_BITS, sobolNumber } from './sobol-sequence';
import { pointAt } from './space';

/**
 * Points that fill the space evenly, at their best after 2^k of them: then each of 2^k equal slices of every dimension
 * has exactly one.
 *
 * Scrambled by the seed, which keeps that and frees the first point from the corner of the space. Suggestion k does not
 * depend on the others, so parallel and serial searches see the same points.
 *
 * Source: I. M. Sobol', USSR Comput. Math. Math. Phys. 7 (1967); A. B. Owen, "Randomly permuted (t,m,s)-nets and
 * (t,s)-sequences" (1995).
 */
export const sobol: Sampler = {
  isBlind: true,
  size: () => Infinity,
  suggest: ({ space, seed, index }) => {
    const turn = index % 2 ** SOBOL_BITS;
    return pointAt(
      space,
      Object.keys(space).map((name, i) => scrambled(sobolNumber(turn, i), deriveSeed(seed, 'sobol', name))),
    );
  },
};

/**
 * Owen's nested scrambling: whether a bit flips depends on all bits above it. The middle of the smallest slice, so
 * never 0 or 1.
 */
function scrambled(coordinate: number, seed: number): number {
  let result = 0;
  for (let bit = SOBOL_BITS - 1; bit >= 0; bit--) {
    const above = coordinate >>> (bit + 1);
    const flip = hash32(seed, bit, above) >>> 31;
    result = result * 2 + (((coordinate >>> bit) & 1) ^ flip);
  }
  return (result + 0.5) / 2 ** SOBOL_BITS;
}
