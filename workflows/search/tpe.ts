import { densityOf } from './parzen';
import type { Density } from './parzen';
import { deriveSeed, hash32, uniform } from './random';
import { random } from './random-search';
import type { Sampler, SamplerContext } from './sampler';
import { cardinality, pointAt, pointsIn, unitsOf } from './space';
import type { HParams } from '../trial';
import type { Space } from './space';

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

/** Newest other points that are fitted: with thousands, a suggestion must not take a workflow longer than milliseconds. */
const OTHERS_MAX = 300;

interface Point {
  readonly hparams: HParams;
  /** Lower is better; `null` for one that failed or runs. */
  readonly loss: number | null;
}

/**
 * Tree-structured Parzen estimator, multivariate, as in Optuna 5: the point that is likeliest under the good tenth of all points against
 * the rest.
 *
 * Points that run count as bad, so that parallel suggestions spread out, and so do failed ones. Where the space is finite it suggests no
 * point twice. It sees the order in which trials started, for newer ones weigh more, but not the order in which they ended.
 *
 * Source: J. Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011; S. Watanabe, arXiv:2304.11127 (2023).
 */
export const tpe: Sampler<TpeOptions> = {
  size: pointsIn,
  suggest(context) {
    const { space, observations, options, index } = context;
    const points = observations.map(({ hparams, score }) => ({ hparams, loss: lossOf(score, context) }));
    const scored = points.filter(({ loss }) => loss !== null);
    const candidates = scored.length < options.startupTrials ? [random.suggest(context)] : promising(context, points);
    if (pointsIn(space) === Infinity) return candidates[0]!;
    const known = new Set(points.map(({ hparams }) => keyOf(space, hparams)));
    const isNew = (candidate: HParams): boolean => !known.has(keyOf(space, candidate));
    return candidates.find(isNew) ?? unexplored(space, deriveSeed(context.seed, 'unexplored', index), known.size, isNew) ?? candidates[0]!;
  },
};

/** What is not a finite number is a failure. */
function lossOf(score: number | null | undefined, { direction }: SamplerContext<TpeOptions>): number | null {
  if (score === null || score === undefined || !Number.isFinite(score)) return null;
  return direction === 'minimize' ? score : -score;
}

function keyOf(space: Space, hparams: HParams): string {
  return JSON.stringify(Object.keys(space).map((name) => hparams[name] ?? null));
}

/** Draws from the density of the good points, the one with the best odds first. */
function promising({ space, seed, index }: SamplerContext<TpeOptions>, points: readonly Point[]): readonly HParams[] {
  const names = Object.keys(space).filter((name) => cardinality(space[name]!) > 1);
  const free: Space = Object.fromEntries(names.map((name) => [name, space[name]!]));
  const good = goodOf(space, points, seed);
  const others = points.filter((point) => !good.has(point)).slice(-OTHERS_MAX);
  const [goodDensity, otherDensity] = [fit(free, points.filter((point) => good.has(point))), fit(free, others)];
  const stream = deriveSeed(seed, 'tpe', index);
  let draws = 0;
  const drawn = Array.from({ length: CANDIDATES }, () => {
    const units = goodDensity.draw(() => uniform(stream, draws++));
    return { units, odds: goodDensity.logDensity(units) - otherDensity.logDensity(units) };
  });
  return drawn.sort((a, b) => b.odds - a.odds).map(({ units }) => pointAt(space, Object.keys(space).map((name) => units[names.indexOf(name)] ?? 0.5)));
}

/** The best tenth. Of equal losses a lot decides: whichever came first or lies lower would pull the search to one side. */
function goodOf(space: Space, points: readonly Point[], seed: number): ReadonlySet<Point> {
  const losses = Float64Array.from(points.flatMap(({ loss }) => loss ?? [])).sort();
  const count = Math.min(GOOD_MAX, Math.ceil(GOOD_SHARE * losses.length));
  const border = losses[count - 1] ?? -Infinity;
  const better = points.filter(({ loss }) => loss !== null && loss < border);
  const equal = points.filter(({ loss }) => loss === border).map((point) => ({ point, lot: hash32(seed, keyOf(space, point.hparams)) }));
  equal.sort((a, b) => a.lot - b.lot);
  return new Set([...better, ...equal.slice(0, count - better.length).map(({ point }) => point)]);
}

/** The kernels are put in an order of their own, so that sums and draws do not depend on the points'. */
function fit(free: Space, points: readonly Point[]): Density {
  const kernels = points.map(({ hparams }, i) => ({ units: unitsOf(free, hparams), key: keyOf(free, hparams), weight: weightOf(i, points.length) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.weight - b.weight));
  return densityOf(Object.values(free), kernels.map(({ units }) => units), kernels.map(({ weight }) => weight));
}

/** Weight of the i-th oldest of `count` points: rising evenly to the recent ones. */
function weightOf(i: number, count: number): number {
  const ramp = count - RECENT;
  if (i >= ramp) return 1;
  return ramp === 1 ? 1 / count : 1 / count + (i / (ramp - 1)) * (1 - 1 / count);
}

/** A point of a finite space that is not known: the first from a random place on, which is never further away than there are known points. */
function unexplored(space: Space, seed: number, known: number, isNew: (point: HParams) => boolean): HParams | undefined {
  const dimensions = Object.values(space);
  const counts = dimensions.map(cardinality);
  if (counts.includes(Infinity)) return undefined;
  const places = counts.map((count, i) => Math.floor(uniform(seed, i) * count));
  for (let tried = 0; tried <= known; tried++) {
    const point = pointAt(space, places.map((place, i) => (place + 0.5) / counts[i]!));
    if (isNew(point)) return point;
    for (let i = places.length - 1; i >= 0 && (places[i] = (places[i]! + 1) % counts[i]!) === 0; i--);
  }
  return undefined;
}
