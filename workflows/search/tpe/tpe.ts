import type { HParams } from '../../words/trial';
import { rankedLosses, violationOf } from '../constrained';
import { deriveSeed, hash32, uniform } from '../random';
import { random } from '../random-search';
import type { Observation, Sampler, SamplerContext } from '../sampler';
import { meets, pointAt, pointKeys, pointsIn, requirementsOf, unitsOf } from '../space';
import type { Space } from '../space';
import { exploredOf } from '../unexplored';
import { assembled, groupsOf } from './groups';
import type { Group } from './groups';
import { densityOf } from './parzen';
import type { Density } from './parzen';

export interface TpeOptions {
  /** Points with a score from which on it no longer draws at random. */
  readonly startupTrials: number;
}

/** Points drawn from the density of the good ones, of which the most promising is suggested. */
const CANDIDATES = 24;

/** Most points that count as good, and the share of all that they are. */
const GOOD_MAX = 25;
const GOOD_SHARE = 0.1;

/** Points that keep their full weight; older ones weigh less, down to almost nothing. */
const RECENT = 25;

/**
 * Newest other points that are fitted: with thousands, a suggestion must not take a workflow longer than milliseconds.
 */
const OTHERS_MAX = 300;

interface Point {
  readonly hparams: HParams;
  /** Lower is better; `null` for one that failed or runs. */
  readonly loss: number | null;
  /** Whether it kept the constraints; `undefined` where nobody knows. */
  readonly isFeasible?: boolean | undefined;
}

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
  { space, seed, index, observations }: SamplerContext<TpeOptions>,
  losses: readonly (number | null)[],
  goodCount: number,
): readonly HParams[] {
  const border = lowest(losses, goodCount).at(-1) ?? -Infinity;
  const newest = losses.length - OTHERS_MAX - goodCount;
  const points = observations
    .map((one, i): Point => ({ hparams: one.hparams, loss: losses[i] ?? null, isFeasible: feasibilityOf(one) }))
    .filter(({ loss }, i) => i >= newest || (loss !== null && loss <= border));
  const good = goodOf(space, points, { border, count: goodCount, seed });
  const best = points.filter((point) => good.has(point));
  const others = points.filter((point) => !good.has(point)).slice(-OTHERS_MAX);
  const goals: readonly Goal[] = [{ reached: best, missed: others }, ...feasibilityIn(points)];
  const drawn = groupsOf(space).map((group) => ({
    group,
    values: drawsOf(
      group,
      goals,
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

/** Points that are where a search wants to be in one respect, and those that are not. */
interface Goal {
  readonly reached: readonly Point[];
  readonly missed: readonly Point[];
}

function feasibilityOf({ excesses, ...observation }: Observation): boolean | undefined {
  return excesses === undefined ? undefined : violationOf({ ...observation, excesses }) === 0;
}

/** The goal of keeping the constraints, where some points have and others have not. */
function feasibilityIn(points: readonly Point[]): readonly Goal[] {
  const reached = points.filter(({ isFeasible }) => isFeasible === true).slice(-OTHERS_MAX);
  const missed = points.filter(({ isFeasible }) => isFeasible === false).slice(-OTHERS_MAX);
  return reached.length > 0 && missed.length > 0 ? [{ reached, missed }] : [];
}

/** Values for the dimensions of a group, the ones with the best odds first. */
function drawsOf({ space, requirements }: Group, goals: readonly Goal[], stream: number): readonly HParams[] {
  const has = ({ hparams }: Point): boolean => meets(hparams, requirements);
  const fitted = goals.map(({ reached, missed }) => ({
    share: reached.length / (reached.length + missed.length),
    reached: fit(space, reached.filter(has)),
    missed: fit(space, missed.filter(has)),
  }));
  let draws = 0;
  const drawn = Array.from({ length: CANDIDATES }, () => {
    const units = fitted[0]!.reached.draw(() => uniform(stream, draws++));
    const odds = fitted.map(({ reached, missed, share }) => ({
      share,
      odds: reached.logDensity(units) - missed.logDensity(units),
    }));
    return { units, odds: odds.length === 1 ? odds[0]!.odds : odds.reduce((sum, one) => sum + logRelative(one), 0) };
  });
  return drawn.sort((a, b) => b.odds - a.odds).map(({ units }) => pointAt(space, units));
}

/**
 * Logarithm of how much likelier a goal is reached at a point than anywhere. Unlike bare odds these may be multiplied:
 * a goal that nearly all points reach hardly counts.
 *
 * Source: S. Watanabe, F. Hutter, "c-TPE: Tree-structured Parzen Estimator with Inequality Constraints", IJCAI 2023
 * (arXiv:2211.14411), equation 10.
 */
function logRelative({ share, odds }: { readonly share: number; readonly odds: number }): number {
  return -Math.log(share + (1 - share) * Math.exp(-odds));
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

/** The kernels are put in an order of their own, so that sums and draws do not depend on the points'. */
function fit(space: Space, points: readonly Point[]): Density {
  const [requirements, keyOf] = [requirementsOf(space), pointKeys(space)];
  const kernels = points
    .map(({ hparams }, i) => ({
      units: unitsOf(space, hparams, requirements),
      key: keyOf(hparams),
      weight: weightOf(i, points.length),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.weight - b.weight));
  return densityOf(
    Object.values(space),
    kernels.map(({ units }) => units),
    kernels.map(({ weight }) => weight),
  );
}

/** Weight of the i-th oldest of `count` points: rising evenly to the recent ones. */
function weightOf(i: number, count: number): number {
  const ramp = count - RECENT;
  if (i >= ramp) return 1;
  return ramp === 1 ? 1 / count : 1 / count + (i / (ramp - 1)) * (1 - 1 / count);
}
