import { deriveSeed, uniform } from '../../../../workflows/search/random';
import { mean, quantile } from '../../../../workflows/analysis/statistics';
import type { Factor, Observation } from './factor';
import { leavesOf } from './tree';
import type { Leaf, Reach } from './tree';

/** Trees of a forest. Optuna's are 64; from 32 on the shares move by less than their own spread. */
const TREES_MAX = 32;

/** With many factors fewer trees do, which bounds the time: a tuner worker has other studies to answer. */
const TREES_MIN = 12;
const FACTORS_OF_ALL_TREES = 256;

/** Most points of one tree, so that a sweep of thousands is analysed in the time of a few hundred. */
const TREE_POINTS_MAX = 160;

/** Factors among which pairs are looked at: those with the largest shares by themselves. */
const PAIR_FACTORS_MAX = 6;

/** Shares of the variance of the loss over the whole space. */
export interface VarianceShares {
  /** Of each factor by itself, in the order of the factors; nine tenths of the trees lie within the interval. */
  readonly main: readonly { readonly share: number; readonly interval: readonly [number, number] }[];
  /** Of two of the strongest factors together, beyond what each does by itself. */
  readonly pairs: readonly { readonly factors: readonly [number, number]; readonly share: number }[];
}

/**
 * Functional analysis of variance: which share of the variance of the loss goes back to each factor, and to each pair.
 *
 * A forest predicts the loss anywhere in the space, and the variance of its predictions is taken apart exactly. All
 * main shares and all those of pairs sum to at most 1: what is left belongs to three factors and more.
 *
 * Source: F. Hutter, H. Hoos, K. Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter Importance", ICML
 * 2014.
 *
 * @param observations Each with a part in every factor.
 * @returns `null` where no tree finds any variance.
 */
export function fanova(
  factors: readonly Factor[],
  observations: readonly Observation[],
  seed: number,
): VarianceShares | null {
  const count = Math.max(TREES_MIN, Math.min(TREES_MAX, Math.floor(FACTORS_OF_ALL_TREES / factors.length)));
  const trees = Array.from({ length: count }, (_, tree) =>
    partition(factors, leavesOf(factors, resample(observations, deriveSeed(seed, 'tree', tree)))),
  ).filter((tree) => tree !== null);
  if (trees.length === 0) return null;
  const main = factors.map((_, i) => {
    const shares = trees.map((tree) => tree.main[i]! / tree.variance);
    return { share: mean(shares), interval: [quantile(shares, 0.05), quantile(shares, 0.95)] as const };
  });
  const strongest = factors
    .map((_, i) => i)
    .sort((a, b) => main[b]!.share - main[a]!.share || a - b)
    .slice(0, PAIR_FACTORS_MAX)
    .sort((a, b) => a - b);
  const pairs = strongest.flatMap((a, i) =>
    strongest
      .slice(i + 1)
      .map((b) => ({ factors: [a, b] as const, share: mean(trees.map((tree) => jointShare(tree, a, b))) })),
  );
  return { main, pairs };
}

/** As many points drawn with replacement. */
function resample(observations: readonly Observation[], seed: number): readonly Observation[] {
  const length = Math.min(observations.length, TREE_POINTS_MAX);
  return Array.from({ length }, (_, i) => observations[Math.floor(uniform(seed, i) * observations.length)]!);
}

/** A leaf with the cells of each factor that it covers. */
interface Covering {
  readonly cells: readonly (readonly number[])[];
  /** Share of the factor that it covers, by factor. */
  readonly shares: readonly number[];
  readonly value: number;
  readonly volume: number;
}

/** A tree's predictions, taken apart. */
interface Partition {
  readonly grids: readonly Grid[];
  readonly coverings: readonly Covering[];
  readonly middle: number;
  readonly variance: number;
  /** Variance by factor. */
  readonly main: readonly number[];
}

/** `null` for a tree that predicts the same everywhere. */
function partition(factors: readonly Factor[], leaves: readonly Leaf[]): Partition | null {
  const grids = factors.map((factor, i) =>
    gridOf(
      factor,
      leaves.map(({ reaches }) => reaches[i]!),
    ),
  );
  const coverings = leaves.map((leaf) => coveringOf(grids, leaf));
  const middle = coverings.reduce((sum, { value, volume }) => sum + value * volume, 0);
  const variance = coverings.reduce((sum, { value, volume }) => sum + volume * (value - middle) ** 2, 0);
  if (!(variance > 0)) return null;
  return {
    grids,
    coverings,
    middle,
    variance,
    main: grids.map((grid, i) => marginalVariance([i], [grid], coverings, middle)),
  };
}

function jointShare({ grids, coverings, middle, variance, main }: Partition, a: number, b: number): number {
  const joint = marginalVariance([a, b], [grids[a]!, grids[b]!], coverings, middle);
  return Math.max(0, joint - main[a]! - main[b]!) / variance;
}

/** Sizes of the cells between which no leaf makes a difference along a factor; with their ends for an ordered one. */
interface Grid {
  readonly sizes: readonly number[];
  readonly starts: readonly number[];
}

function gridOf({ levels, isOrdered }: Factor, reaches: readonly Reach[]): Grid {
  if (!isOrdered) return { sizes: new Array<number>(levels).fill(1 / levels), starts: [] };
  const starts = [...new Set(reaches.flatMap((reach) => ('from' in reach ? reach.from : [])))].sort((a, b) => a - b);
  return { starts, sizes: starts.map((start, i) => (starts[i + 1] ?? 1) - start) };
}

function coveringOf(grids: readonly Grid[], { reaches, value }: Leaf): Covering {
  const cells = reaches.map((reach, i) => ('levels' in reach ? reach.levels : cellsWithin(grids[i]!, reach)));
  const shares = cells.map((own, i) => own.reduce((sum, cell) => sum + grids[i]!.sizes[cell]!, 0));
  return { cells, shares, value, volume: shares.reduce((product, share) => product * share, 1) };
}

function cellsWithin(
  { starts }: Grid,
  { from, to }: { readonly from: number; readonly to: number },
): readonly number[] {
  return starts.flatMap((start, cell) => (start >= from && start < to ? cell : []));
}

/** Variance of the prediction as a function of one or two factors, averaged over all others. */
function marginalVariance(
  chosen: readonly number[],
  grids: readonly Grid[],
  coverings: readonly Covering[],
  middle: number,
): number {
  const [first, second] = grids;
  const columns = second?.sizes.length ?? 1;
  const averages = new Array<number>(first!.sizes.length * columns).fill(0);
  for (const { cells, shares, value, volume } of coverings) {
    const added = chosen.reduce((rest, factor) => rest / shares[factor]!, value * volume);
    for (const row of cells[chosen[0]!]!) {
      for (const column of second === undefined ? [0] : cells[chosen[1]!]!) averages[row * columns + column]! += added;
    }
  }
  return averages.reduce((sum, average, i) => {
    const size = first!.sizes[Math.floor(i / columns)]! * (second?.sizes[i % columns] ?? 1);
    return sum + size * (average - middle) ** 2;
  }, 0);
}
