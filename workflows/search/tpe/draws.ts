/**
 * Draws of the tree-structured Parzen estimator, ranked by what they promise.
 *
 * @module
 */
import type { HParams } from '../../words/trial';
import { violationOf } from '../constrained';
import { uniform } from '../random';
import type { Observation } from '../sampler';
import { meets, pointAt, pointKeys, requirementsOf, unitsOf } from '../space';
import type { Space } from '../space';
import type { Group } from './groups';
import { densityOf } from './parzen';
import type { Density } from './parzen';

/** Points drawn from the density of the good ones, of which the most promising is suggested. */
export const CANDIDATES = 24;

/** Points that keep their full weight; older ones weigh less, down to almost nothing. */
const RECENT = 25;

/**
 * Newest points that are fitted beside the good ones: with thousands, a suggestion must not take a workflow longer than
 * milliseconds.
 */
export const FITTED_MAX = 300;

export interface Point {
  readonly hparams: HParams;
  /** Lower is better; `null` for one that failed or runs. */
  readonly loss: number | null;
  /** Whether it kept the constraints; `undefined` where nobody knows. */
  readonly isFeasible: boolean | undefined;
  /** Above 0; `undefined` where it was not measured. */
  readonly cost: number | undefined;
}

export function pointOf(observation: Observation, loss: number | null): Point {
  const { hparams, excesses, cost } = observation;
  return { hparams, loss, cost, isFeasible: excesses === undefined ? undefined : violationOf(observation) === 0 };
}

/** Points that are where a search wants to be in one respect, and those that are not. */
export interface Goal {
  readonly reached: readonly Point[];
  readonly missed: readonly Point[];
}

/** The goal of keeping the constraints, where some points have and others have not. */
export function feasibilityIn(points: readonly Point[]): readonly Goal[] {
  const reached = points.filter(({ isFeasible }) => isFeasible === true).slice(-FITTED_MAX);
  const missed = points.filter(({ isFeasible }) => isFeasible === false).slice(-FITTED_MAX);
  return reached.length > 0 && missed.length > 0 ? [{ reached, missed }] : [];
}

/** A point with what its trial cost. */
type Priced = Point & { readonly cost: number };

export function costsIn(points: readonly Point[]): readonly Priced[] {
  return points.flatMap((point) =>
    point.cost !== undefined && point.cost > 0 ? [{ ...point, cost: point.cost }] : [],
  );
}

interface Sought {
  /** The first is what draws are made for. */
  readonly goals: readonly Goal[];
  /** What improvements are weighed by; empty: all trials cost the same. */
  readonly costs: readonly Priced[];
}

/** Values for the dimensions of a group, the most promising first. */
export function drawsOf({ space, requirements }: Group, { goals, costs }: Sought, stream: number): readonly HParams[] {
  const has = ({ hparams }: Point): boolean => meets(hparams, requirements);
  const fitted = goals.map(({ reached, missed }) => ({
    share: reached.length / (reached.length + missed.length),
    reached: fit(space, reached.filter(has)).density,
    missed: fit(space, missed.filter(has)).density,
  }));
  const logCost = logCostAfter(space, costs.filter(has));
  let draws = 0;
  const drawn = Array.from({ length: CANDIDATES }, () => {
    const units = fitted[0]!.reached.draw(() => uniform(stream, draws++));
    const odds = fitted.map(({ reached, missed, share }) => ({
      share,
      odds: reached.logDensity(units) - missed.logDensity(units),
    }));
    const isPlain = odds.length === 1 && costs.length === 0;
    const promise = isPlain ? odds[0]!.odds : odds.reduce((sum, one) => sum + logRelative(one), -logCost(units));
    return { units, promise };
  });
  return drawn.sort((a, b) => b.promise - a.promise).map(({ units }) => pointAt(space, units));
}

/**
 * Logarithm of what a trial at a point costs, by the trials around it: what an improvement is expected to be there,
 * less this, is the logarithm of the improvement a second.
 *
 * Source: J. Snoek, H. Larochelle, R. P. Adams, "Practical Bayesian Optimization of Machine Learning Algorithms", NIPS
 * 2012, section 3.2.
 */
function logCostAfter(space: Space, costs: readonly Priced[]): (units: readonly number[]) => number {
  if (costs.length === 0) return () => 0;
  const { density, sorted } = fit(space, costs);
  const logs = sorted.map(({ cost }) => Math.log(cost));
  return (units) => density.meanAround(units, logs);
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

/** The kernels are put in an order of their own, so that sums and draws do not depend on the points'. */
function fit<Of extends Point>(
  space: Space,
  points: readonly Of[],
): { readonly density: Density; readonly sorted: readonly Of[] } {
  const [requirements, keyOf] = [requirementsOf(space), pointKeys(space)];
  const kernels = points
    .map((point, i) => ({
      point,
      units: unitsOf(space, point.hparams, requirements),
      key: keyOf(point.hparams),
      weight: weightOf(i, points.length),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.weight - b.weight));
  return {
    density: densityOf(
      Object.values(space),
      kernels.map(({ units }) => units),
      kernels.map(({ weight }) => weight),
    ),
    sorted: kernels.map(({ point }) => point),
  };
}

/** Weight of the i-th oldest of `count` points: rising evenly to the recent ones. */
function weightOf(i: number, count: number): number {
  const ramp = count - RECENT;
  if (i >= ramp) return 1;
  return ramp === 1 ? 1 / count : 1 / count + (i / (ramp - 1)) * (1 - 1 / count);
}
