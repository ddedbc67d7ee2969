import type { HParams } from '../words/trial';
import { rankedLosses } from './constrained';
import { crowdingDistance } from './fronts';
import { power } from './power';
import { deriveSeed, uniform } from './random';
import { random } from './random-search';
import type { Sampler, SamplerContext } from './sampler';
import { hasOrder, pointAt, pointsIn, unitsOf } from './space';
import type { Dimension } from './space';
import { exploredOf } from './unexplored';

export interface Nsga2Options {
  /** Points that children come from, and that are drawn at random before there are any. */
  readonly population?: number | undefined;
}

/** As in Deb's own experiments, halved to the length of a sweep. */
const POPULATION = 20;

/** Share of the children that two parents are crossed for, and how near to them they stay. */
const CROSSOVER_SHARE = 0.9;
const CROSSOVER_INDEX = 15;

/** How near to its place a mutated coordinate stays. */
const MUTATION_INDEX = 20;

/** Children that may be known points. */
const CHILDREN = 50;

type Units = readonly (number | undefined)[];

/**
 * NSGA-II: children of two good points each, crossed and mutated in the unit cube. For two objectives, whose front it
 * spreads over, and for one.
 *
 * Parents are the best so many of all points that have ended: by the constraints, then by their fronts, then by how far
 * their neighbours are. That is a generation's survivors where a generation is one child, so parallel trials need no
 * barrier.
 *
 * Source: K. Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Trans. Evol. Comp. 6
 * (2002).
 */
export const nsga2: Sampler<Nsga2Options> = {
  size: pointsIn,
  suggest(context) {
    const { seed, index, options } = context;
    const parents = parentsIn(context, options.population ?? POPULATION);
    return exploredOf(context).firstNew(
      parents === undefined ? [random.suggest(context)] : childrenOf(context, parents),
      deriveSeed(seed, 'unexplored', index),
    );
  },
};

/** The best points, the best first; `undefined` while fewer have a score than a population is. */
function parentsIn(
  { space, observations, direction }: SamplerContext<Nsga2Options>,
  population: number,
): readonly Units[] | undefined {
  const losses = rankedLosses(observations, direction, crowdingDistance);
  const ranked = losses
    .flatMap((loss, i) => (loss === null ? [] : [{ loss, i }]))
    .sort((a, b) => a.loss - b.loss || a.i - b.i)
    .slice(0, population);
  return ranked.length < population ? undefined : ranked.map(({ i }) => unitsOf(space, observations[i]!.hparams));
}

function* childrenOf(
  { space, seed, index }: SamplerContext<Nsga2Options>,
  parents: readonly Units[],
): Iterable<HParams> {
  const dimensions = Object.values(space);
  const stream = deriveSeed(seed, 'nsga2', index);
  let draws = 0;
  const next = (): number => uniform(stream, draws++);
  // Parents are in their order, so the winner of a tournament is the earlier.
  const winner = (): Units => {
    const [a, b] = [Math.floor(next() * parents.length), Math.floor(next() * parents.length)];
    return parents[Math.min(a, b)]!;
  };
  for (let child = 0; child < CHILDREN; child++) {
    const [mother, father] = [winner(), winner()];
    const isCrossed = next() < CROSSOVER_SHARE;
    yield pointAt(
      space,
      dimensions.map((dimension, i) => {
        const own = mother[i] ?? father[i] ?? next();
        const inherited = isCrossed ? crossed(dimension, own, father[i] ?? own, next) : own;
        return next() < 1 / dimensions.length ? mutated(dimension, inherited, next) : inherited;
      }),
    );
  }
}

/** Simulated binary crossover; of values without an order, either parent's. */
function crossed(dimension: Dimension, a: number, b: number, next: () => number): number {
  if (!hasOrder(dimension)) return next() < 0.5 ? a : b;
  const draw = next();
  const spread = power(draw < 0.5 ? 2 * draw : 1 / (2 * (1 - draw)), 1 / (CROSSOVER_INDEX + 1));
  const sign = next() < 0.5 ? 1 : -1;
  return inside((a + b + sign * spread * (a - b)) / 2);
}

/** Polynomial mutation; of values without an order, any. */
function mutated(dimension: Dimension, unit: number, next: () => number): number {
  const draw = next();
  if (!hasOrder(dimension)) return draw;
  const step =
    draw < 0.5 ? power(2 * draw, 1 / (MUTATION_INDEX + 1)) - 1 : 1 - power(2 * (1 - draw), 1 / (MUTATION_INDEX + 1));
  return inside(unit + step);
}

const inside = (unit: number): number => Math.min(1, Math.max(0, unit));
