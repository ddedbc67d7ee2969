import { deriveSeed, uniform } from './random';
import type { Sampler } from './sampler';
import { pointAt } from './space';

/**
 * Independent draws, even in each dimension's own scale. Suggestion k does not depend on the others, so parallel and
 * serial searches see the same points.
 *
 * Source: J. Bergstra, Y. Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012).
 */
export const random: Sampler = {
  isBlind: true,
  size: () => Infinity,
  suggest: ({ space, seed, index }) =>
    pointAt(
      space,
      Object.keys(space).map((name) => uniform(deriveSeed(seed, name), index)),
    ),
};
