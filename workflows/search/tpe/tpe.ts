import type { HParams } from '../../words/trial';
import { rankedLosses } from '../constrained';
import { deriveSeed, hash32 } from '../random';
import { random } from '../random-search';
import type { Sampler, SamplerContext } from '../sampler';
import { pointKeys, pointsIn } from '../space';
import type { Space } from '../space';
import { exploredOf } from '../unexplored';
import { CANDIDATES, costsIn, drawsOf, feasibilityIn, FITTED_MAX, pointOf } from './draws';
import type { Goal, Point } from './draws';
import { assembled, groupsOf } from './groups';

export interface TpeOptions {
  /** Points with a score from which on it no longer draws at random. */
  readonly startupTrials: number;
  /** Weighs what it hopes for at a point by what a trial there costs. */
  readonly costAware?: boolean | undefined;
}

/** Most points that count as good, and the share of all that they are. */
const GOOD_MAX = 25;
const GOOD_SHARE = 0.1;

/**
 * Tree-structured Parzen estimator, multivariate: of 24 draws from the density of the good points the one that is
 * likeliest under it against the density of the others. Good is the best tenth of the points with a score, 25 at most.
 *
 * Kernels, bandwidths, weights and the share of good points are those of Optuna 5's `TPESampler(multivariate=True,
 * group=True, constant_liar=True)`. Unlike there a failed point counts as bad, as a running one does in both; of the
 * others only the newest 300 are fitted; and in a finite space no point is suggested twice as long as there is another.
 * Dimensions that exist under a condition are drawn, and their draws compared, among the points that had them. It sees
 * the order in which trials started, for of more than 25 the newer weigh more, but not the order in which they ended.
 *
 * Source: J. Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011; S. Watanabe, arXiv:2304.11127
 * (2023).
 */
export const tpe: Sampler<TpeOptions> = {
  size: pointsIn,
  suggest(context) {
    const { space, seed, index } = context;
    const candidates = candidatesOf(context);
    return pointsIn(space) === Infinity
      ? candidates[0]!
      : exploredOf(context).firstNew(candidates, deriveSeed(seed, 'unexplored', index));
  },
};

/** Points that it would suggest, the most promising first, known ones among them. */
export function candidatesOf(context: SamplerContext<TpeOptions>): readonly HParams[] {
  const {
    observations,
    direction,
    options: { startupTrials },
  } = context;
  const losses = rankedLosses(observations, direction);
  const scored = losses.reduce<number>((count, loss) => (loss === null ? count : count + 1), 0);
  return scored < startupTrials
    ? [random.suggest(context)]
    : promising(context, losses, Math.min(GOOD_MAX, Math.ceil(GOOD_SHARE * scored)));
}

/** Draws from the density of the good points, the one with the best odds first. */
function promising(
  { space, seed, index, observations, options }: SamplerContext<TpeOptions>,
  losses: readonly (number | null)[],
  goodCount: number,
): readonly HParams[] {
  const border = lowest(losses, goodCount).at(-1) ?? -Infinity;
  const newest = losses.length - FITTED_MAX - goodCount;
  const points = observations
    .map((one, i) => pointOf(one, losses[i] ?? null))
    .filter(({ loss }, i) => i >= newest || (loss !== null && loss <= border));
  const good = goodOf(space, points, { border, count: goodCount, seed });
  const best = points.filter((point) => good.has(point));
  const others = points.filter((point) => !good.has(point)).slice(-FITTED_MAX);
  const goals: readonly Goal[] = [{ reached: best, missed: others }, ...feasibilityIn(points)];
  const costs = options.costAware === true ? costsIn(points) : [];
  const drawn = groupsOf(space).map((group) => ({
    group,
    values: drawsOf(
      group,
      { goals, costs },
      group.key === '' ? deriveSeed(seed, 'tpe', index) : deriveSeed(seed, 'tpe', index, group.key),
    ),
  }));
  return Array.from({ length: CANDIDATES }, (_, rank) =>
    assembled(
      space,
      drawn.map(({ group, values }) => ({ group, values: values[rank]! })),
    ),
  );
}

/** The lowest losses, ascending; of thousands, without sorting them all. */
function lowest(losses: readonly (number | null)[], count: number): readonly number[] {
  const kept: number[] = [];
  for (const loss of losses) {
    if (loss === null || (kept.length === count && loss >= kept[count - 1]!)) continue;
    let place = kept.length;
    while (place > 0 && kept[place - 1]! > loss) place--;
    kept.splice(place, 0, loss);
    kept.length = Math.min(kept.length, count);
  }
  return kept;
}

/**
 * Those up to the border. Of losses that equal it a lot decides: whichever came first or lies lower would pull the
 * search to one side.
 */
function goodOf(
  space: Space,
  points: readonly Point[],
  { border, count, seed }: { readonly border: number; readonly count: number; readonly seed: number },
): ReadonlySet<Point> {
  const better = points.filter(({ loss }) => loss !== null && loss < border);
  const keyOf = pointKeys(space);
  const equal = points
    .filter(({ loss }) => loss === border)
    .map((point) => ({ point, lot: hash32(seed, keyOf(point.hparams)) }));
  equal.sort((a, b) => a.lot - b.lot);
  return new Set([...better, ...equal.slice(0, count - better.length).map(({ point }) => point)]);
}
