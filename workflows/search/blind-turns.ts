import type { HParams } from '../words/trial';
import { deriveSeed } from './random';
import { random } from './random-search';
import type { Sampler, SamplerContext } from './sampler';
import { pointKeys, pointsIn } from './space';
import type { Space } from './space';
import { exploredOf } from './unexplored';

/** One suggestion in so many. */
const PERIOD = 5;

/** Whether a suggestion is drawn without a look at any trial, by its number. */
export const isBlindTurn = (index: number): boolean => index % PERIOD === PERIOD - 1;

/**
 * A sampler that learns, with every fifth suggestion drawn at random.
 *
 * Which hyperparameters matter can be told from chance on such draws alone: a sampler that concentrates where points
 * were good leaves of the one that matters a single value, and a pattern of its own in all others. And they find what
 * it has given up too early.
 *
 * Source: F. Hutter et al., "Sequential Model-Based Optimization for General Algorithm Configuration", LION 5 (2011),
 * which interleaves random points for its guarantee.
 */
export function withBlindTurns<Options>(sampler: Sampler<Options>): Sampler<Options> {
  return {
    ...sampler,
    suggest: (context) => (isBlindTurn(context.index) ? drawn(context) : sampler.suggest(context)),
  };
}

function drawn<Options>(context: SamplerContext<Options>): HParams {
  const draw = random.suggest(context);
  return pointsIn(context.space) === Infinity
    ? draw
    : exploredOf(context).firstNew([draw], deriveSeed(context.seed, 'unexplored', context.index));
}

/** Keys of the points that the blind turns before a suggestion drew. */
export function blindKeys(space: Space, seed: number, before: number): ReadonlySet<string> {
  const keyOf = pointKeys(space);
  const keys = new Set<string>();
  for (let index = PERIOD - 1; index < before; index += PERIOD)
    keys.add(keyOf(random.suggest({ space, options: {}, index, seed, observations: [], direction: 'minimize' })));
  return keys;
}
