import type { HParams } from '../../words/trial';
import { halton } from '../halton';
import { rankedLosses, violationOf } from '../constrained';
import { deriveSeed } from '../random';
import { lossOf } from '../sampler';
import type { Sampler, SamplerContext } from '../sampler';
import { pointsIn } from '../space';
import type { Space } from '../space';
import { exploredOf } from '../unexplored';
import { ascended } from './ascent';
import { logFeasibilityAfter } from './feasibility';
import type { LogFeasibility } from './feasibility';
import { featuresOf } from './features';
import type { FeatureMap } from './features';
import { fitted } from './fit';
import { logExpectedImprovement } from './improvement';
import { standardized } from './losses';
import { processOf } from './model';
import type { Process } from './model';

export interface GpOptions {
  /** Points with a score from which on it no longer draws evenly. */
  readonly startupTrials: number;
}

/**
 * Most ended trials that a suggestion rests on, half of them the best and half the newest: its time grows with their
 * cube.
 */
const POINTS_MAX = 300;

/** The same of its hyperparameters, which take many times as long. */
const FITTED_MAX = 100;

/** Newest running trials that it spreads out from. */
const RUNNING_MAX = 50;

/** Known points to search around. */
const STARTS = 4;

interface Seen {
  readonly hparams: HParams;
  readonly loss: number | null;
  /** Loss by which points are ranked: of those that break a constraint, beyond all others. */
  readonly rank: number | null;
  readonly excesses?: readonly number[] | undefined;
}

/**
 * Gaussian process with expected improvement: Matérn 5/2 with a length scale per dimension, the likeliest
 * hyperparameters, noise among them, and the point where most improvement is expected.
 *
 * Of running trials it believes what it expects of them, so that parallel ones spread out; failed ones are as bad as
 * the worst. Constraints are learned by processes of their own, and the improvement is weighed by the probability that
 * they are kept. A choice is as far from every other; dimensions that do not exist lie in their middle. Beyond 300 ended
 * trials it rests on the best and the newest half of them.
 *
 * Source: D. R. Jones et al., "Efficient Global Optimization of Expensive Black-Box Functions", J. Global Optim. 13
 * (1998); of running trials, D. Ginsbourger et al., "Kriging Is Well-Suited to Parallelize Optimization" (2010).
 */
export const gp: Sampler<GpOptions> = {
  size: pointsIn,
  suggest(context) {
    const { space, observations, options, seed, index, direction } = context;
    const map = featuresOf(space);
    const ranks = rankedLosses(observations, direction);
    const ended = observations
      .map(({ hparams, score, excesses }, i) => ({
        score,
        seen: { hparams, loss: lossOf(score, direction), rank: ranks[i]!, excesses },
      }))
      .flatMap(({ score, seen }): Seen[] => (score === undefined ? [] : [seen]));
    const isEarly = map.size === 0 || ended.filter(({ loss }) => loss !== null).length < options.startupTrials;
    const candidates = isEarly ? [halton.suggest({ ...context, options: {} })] : promising(context, map, ended);
    return exploredOf(context).firstNew(candidates, deriveSeed(seed, 'unexplored', index));
  },
};

function promising(
  { space, observations, seed, index }: SamplerContext<GpOptions>,
  map: FeatureMap,
  ended: readonly Seen[],
): readonly HParams[] {
  const points = bestAndNewest(ended, POINTS_MAX);
  const { process: untold, logFeasibility } = knownAfter(space, map, points);
  const running = observations.filter(({ score }) => score === undefined).slice(-RUNNING_MAX);
  const believing = untold.expecting(running.map(({ hparams }) => map.of(hparams)));
  const hopeful = points.some(isFeasible) ? points.filter(isFeasible) : [];
  const best = Math.min(
    ...[...hopeful, ...(hopeful.length > 0 ? running : [])].map(
      ({ hparams }) => believing.predict(map.of(hparams)).mean,
    ),
  );
  const worth = (point: HParams): number => {
    const features = map.of(point);
    // Before any point has kept the constraints there is nothing to improve on.
    const improvement = best === Infinity ? 0 : logExpectedImprovement(believing.predict(features), best);
    return improvement + logFeasibility(features);
  };
  const starts = [...points]
    .sort(byLoss)
    .slice(0, STARTS)
    .map(({ hparams }) => hparams);
  return ascended(space, worth, starts, deriveSeed(seed, 'gp', index));
}

interface Known {
  readonly points: readonly Seen[];
  readonly process: Process;
  readonly logFeasibility: LogFeasibility;
}

/** A point without a constraint keeps it; so, for all that is known, does one that failed. */
function isFeasible({ excesses }: Seen): boolean {
  return excesses === undefined || violationOf({ excesses }) === 0;
}

/** By the space: suggestions between which no trial has ended rest on the same process, and it takes longest to fit. */
const known = new WeakMap<Space, Known>();

function knownAfter(space: Space, map: FeatureMap, points: readonly Seen[]): Known {
  const before = known.get(space);
  if (before !== undefined && isSame(before.points, points)) return before;
  const bounded = points.flatMap(({ hparams, excesses }) =>
    excesses === undefined ? [] : [{ features: map.of(hparams), excesses }],
  );
  const now = {
    points,
    process: fittedTo(map, points),
    logFeasibility: logFeasibilityAfter(map, bounded, FITTED_MAX),
  };
  known.set(space, now);
  return now;
}

function isSame(a: readonly Seen[], b: readonly Seen[]): boolean {
  return (
    a.length === b.length && a.every(({ hparams, loss }, i) => hparams === b[i]!.hparams && Object.is(loss, b[i]!.loss))
  );
}

function fittedTo(map: FeatureMap, points: readonly Seen[]): Process {
  const features = points.map(({ hparams }) => map.of(hparams));
  const values = standardized(points.map(({ loss }) => loss));
  const chosen = new Set(bestAndNewest(points, FITTED_MAX));
  const own = points.flatMap((point, i) => (chosen.has(point) ? [i] : []));
  const hyperparameters = fitted(
    map,
    own.map((i) => features[i]!),
    Float64Array.from(own, (i) => values[i]!),
  );
  return processOf(map, hyperparameters, features, values);
}

/** The best and the newest points, in the order that they had. */
function bestAndNewest(points: readonly Seen[], most: number): readonly Seen[] {
  if (points.length <= most) return points;
  const newest = new Set(points.slice(-Math.ceil(most / 2)));
  const best = points
    .filter((point) => !newest.has(point))
    .sort(byLoss)
    .slice(0, most - newest.size);
  const kept = new Set([...newest, ...best]);
  return points.filter((point) => kept.has(point));
}

function byLoss(a: Seen, b: Seen): number {
  return (a.rank ?? Number.MAX_VALUE) - (b.rank ?? Number.MAX_VALUE);
}
