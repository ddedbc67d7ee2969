import type { HParams } from '../../words/trial';
import { blindKeys } from '../blind-turns';
import { rankedLosses } from '../constrained';
import { deriveSeed, uniform } from '../random';
import type { Observation, Sampler, SamplerContext } from '../sampler';
import {
  cardinality,
  cellsOf,
  hasOrder,
  hparamsIn,
  pick,
  pointAt,
  pointKeys,
  pointsIn,
  requirementsOf,
  selectorsOf,
  unitsOf,
} from '../space';
import type { Cells, Space } from '../space';
import { candidatesOf } from '../tpe/tpe';
import { exploredOf } from '../unexplored';
import { constantsOf, defaultPopulation } from './constants';
import { deviationOf, learned, startAt, transformed } from './distribution';
import type { Distribution, Told } from './distribution';
import { withMargin } from './margin';

export interface CmaesOptions {
  /** Points of a generation; by default 4 + 3 ln(dimensions), rounded down. */
  readonly population?: number | undefined;
}

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { cos, log, max, min, sqrt, PI } = Math;

/** Where a search begins, in every dimension: the middle and a quarter of the way to an end. */
const START = 0.5;
const START_DEVIATION = 0.2;

/** A distribution that is narrower in every dimension has converged: values have four digits. */
const NARROWEST = 1e-4;

/** The same of a dimension with cells, as a share of the widest. */
const NARROWEST_OF_CELL = 0.25;

/** Draws that may fall on a known point. */
const DRAWS = 50;

/** For what has no place in a distribution. */
const TPE_OPTIONS = { startupTrials: 10 };

/**
 * Covariance matrix adaptation evolution strategy: a normal distribution over the unit cube that moves and turns to
 * where good points are.
 *
 * Ranges and ordinals are its dimensions, logarithms and integers in their own scale; integers keep a margin, so that
 * it never loses sight of the neighbours. What a draw has outside the cube is moved to its face, where the best
 * regularization often lies. Choices, conditional dimensions and what those depend on are left to `tpe`. A generation
 * is as many ended trials in the order of their start, whichever ended first, so parallel trials need no barrier; those
 * of blind turns, which are no draws from it, count in none. Once
 * it has converged it starts anew, twice as many a generation. Trials that were run elsewhere only say where it begins:
 * at the best of them.
 *
 * Source: N. Hansen, arXiv:1604.00772; A. Auger, N. Hansen, "A restart CMA evolution strategy with increasing
 * population size", CEC 2005.
 */
export const cmaes: Sampler<CmaesOptions> = {
  size: pointsIn,
  suggest(context) {
    const { space, seed, index } = context;
    const names = cmaesDimensions(space);
    if (names.length === 0) throw new RangeError(CMAES_RULE);
    const own: Space = Object.fromEntries(names.map((name) => [name, space[name]!]));
    const others: Space = Object.fromEntries(Object.entries(space).filter(([name]) => !names.includes(name)));
    const rest =
      Object.keys(others).length === 0 ? {} : candidatesOf({ ...context, space: others, options: TPE_OPTIONS })[0]!;
    const complete = (units: Float64Array): HParams => {
      const all: HParams = {
        ...rest,
        ...pointAt(
          own,
          Array.from(units, (unit) => min(1, max(0, unit))),
        ),
      };
      return pick(
        all,
        hparamsIn(space).filter((name) => name in all),
      );
    };
    const explored = exploredOf(context);
    const distribution = distributionOf(own, context);
    return explored.firstNew(
      drawsFrom(distribution, deriveSeed(seed, 'cmaes', index), complete),
      deriveSeed(seed, 'unexplored', index),
    );
  },
};

/** What a space must have for this sampler. */
export const CMAES_RULE =
  'must have a range or an ordinal without a condition, on which nothing depends, for the sampler cmaes: use tpe';

/** Names of the dimensions that the distribution has. */
export function cmaesDimensions(space: Space): readonly string[] {
  const [requirements, selectors] = [requirementsOf(space), selectorsOf(space)];
  return Object.keys(space).filter(
    (name) =>
      hasOrder(space[name]!) &&
      cardinality(space[name]!) > 1 &&
      requirements.get(name)?.size === 0 &&
      !selectors.has(name),
  );
}

/** The distribution after all complete generations of ended trials. */
function distributionOf(
  space: Space,
  { space: whole, index, observations, direction, seed, options }: SamplerContext<CmaesOptions>,
): Distribution {
  const [keyOf, blind] = [pointKeys(whole), blindKeys(whole, seed, index)];
  const losses = rankedLosses(observations, direction);
  const toldOf = (wanted: (observation: Observation) => boolean): readonly Told[] =>
    observations.flatMap((one, i) =>
      wanted(one) ? [{ units: unitsOf(space, one.hparams), loss: losses[i] ?? null }] : [],
    );
  const told = toldOf(
    ({ hparams, score, elsewhere }) => score !== undefined && elsewhere !== true && !blind.has(keyOf(hparams)),
  );
  const imported = toldOf(({ elsewhere }) => elsewhere === true);
  const cells = Object.values(space).map(cellsOf);
  let constants = constantsOf(cells.length, options.population ?? defaultPopulation(cells.length));
  let distribution = startAt(firstMean(imported, cells.length), START_DEVIATION);
  for (let from = 0; from + constants.population <= told.length;) {
    const next = learned(distribution, constants, told.slice(from, from + constants.population));
    from += constants.population;
    if (next !== undefined && !hasConverged(next, cells))
      distribution = marginal(next, cells, 1 / (cells.length * constants.population));
    else {
      constants = constantsOf(cells.length, 2 * constants.population);
      distribution = startAt(
        Float64Array.from(cells, (_, i) => uniform(deriveSeed(seed, 'cmaes restart', from), i)),
        START_DEVIATION,
      );
    }
  }
  return distribution;
}

function firstMean(imported: readonly Told[], dimensions: number): Float64Array {
  const [best] = imported.filter(({ loss }) => loss !== null).sort((a, b) => a.loss! - b.loss!);
  return Float64Array.from({ length: dimensions }, (_, i) => best?.units[i] ?? START);
}

function hasConverged(distribution: Distribution, cells: readonly (Cells | undefined)[]): boolean {
  return cells.every(
    (own, i) => deviationOf(distribution, i) < (own === undefined ? NARROWEST : NARROWEST_OF_CELL / own.count),
  );
}

/** The mean inside the cube, and every dimension with cells as wide as its margin asks for. */
function marginal(distribution: Distribution, cells: readonly (Cells | undefined)[], margin: number): Distribution {
  const [mean, scale] = [
    Float64Array.from(distribution.mean, (one) => min(1, max(0, one))),
    Float64Array.from(distribution.scale),
  ];
  cells.forEach((own, i) => {
    if (own === undefined) return;
    const deviation = deviationOf(distribution, i);
    const changed = withMargin(own, { mean: mean[i]!, deviation }, margin);
    mean[i] = changed.mean;
    scale[i]! *= changed.deviation / deviation;
  });
  return { ...distribution, mean, scale };
}

function* drawsFrom(
  distribution: Distribution,
  stream: number,
  complete: (units: Float64Array) => HParams,
): Iterable<HParams> {
  const size = distribution.mean.length;
  const normal = (i: number): number =>
    sqrt(-2 * log(1 - uniform(stream, 2 * i))) * cos(2 * PI * uniform(stream, 2 * i + 1));
  for (let draw = 0; draw < DRAWS; draw++)
    yield complete(
      transformed(
        distribution,
        Array.from({ length: size }, (_, i) => normal(draw * size + i)),
      ),
    );
}
