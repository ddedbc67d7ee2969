import { memoryEnd, rungSizes } from '../rungs';
import type { Strategy } from './strategy';

/** The largest size that fits, for whoever has a reason of their own. */
export const largest: Strategy = {
  sizes: rungSizes,
  onFull: 'bisect',
  endsAtKnee: false,
  preference: ({ passed }) => [...passed].reverse(),
  reason: ({ rungs }, batchSize) =>
    `${batchSize} is the largest batch size that ${memoryEnd(rungs) === undefined ? 'was allowed' : 'fits with its margin'}`,
  grounds: () => ({ guess: {}, doubt: {} }),
};
