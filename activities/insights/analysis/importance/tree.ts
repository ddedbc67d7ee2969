import { levelAt } from './factor';
import type { Factor, Observation } from './factor';

/** Values of one factor that a node takes in: a part of [0, 1], or for an unordered factor its levels. */
export type Reach = { readonly from: number; readonly to: number } | { readonly levels: readonly number[] };

/** A leaf's share of the space, one reach per factor, and its mean loss. */
export interface Leaf {
  readonly reaches: readonly Reach[];
  readonly value: number;
}

interface Split {
  readonly factor: number;
  readonly left: Reach;
  readonly right: Reach;
  /** Sum over both sides of the squared sum of losses over their number: the more, the less variance is left. */
  readonly gain: number;
}

/** Gains that differ by less are equal: sums in another order must not choose another split. */
const SAME_GAIN = 1e-12;

/** A regression tree grown until every leaf has one loss, as the leaves it divides the space into. */
export function leavesOf(factors: readonly Factor[], observations: readonly Observation[]): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const open: { reaches: readonly Reach[]; points: readonly Observation[] }[] = [
    { reaches: factors.map(wholeReach), points: observations },
  ];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { reaches, points } = node;
    const split = isPure(points) ? undefined : bestSplit(factors, reaches, points);
    if (split === undefined) {
      leaves.push({ reaches, value: points.reduce((sum, { loss }) => sum + loss, 0) / points.length });
      continue;
    }
    const { factor, left, right } = split;
    const isLeft = (point: Observation): boolean => holds(factors[factor]!, left, point.units[factor]!);
    open.push(
      { reaches: reaches.with(factor, left), points: points.filter(isLeft) },
      { reaches: reaches.with(factor, right), points: points.filter((point) => !isLeft(point)) },
    );
  }
  return leaves;
}

function wholeReach({ isOrdered, levels }: Factor): Reach {
  return isOrdered ? { from: 0, to: 1 } : { levels: Array.from({ length: levels }, (_, level) => level) };
}

function isPure(points: readonly Observation[]): boolean {
  return points.every(({ loss }) => loss === points[0]!.loss);
}

function holds(factor: Factor, reach: Reach, unit: number): boolean {
  return 'levels' in reach ? reach.levels.includes(levelAt(factor, unit)) : unit <= reach.to;
}

/**
 * The split after which least variance is left; of equals the first factor's. `undefined` where all points lie in one
 * place.
 */
function bestSplit(
  factors: readonly Factor[],
  reaches: readonly Reach[],
  points: readonly Observation[],
): Split | undefined {
  let best: Split | undefined;
  factors.forEach((factor, i) => {
    const reach = reaches[i]!;
    const split = 'levels' in reach ? levelSplit(factor, i, reach.levels, points) : placeSplit(i, reach, points);
    if (split !== undefined && split.gain > (best?.gain ?? -Infinity) * (1 + Math.sign(best?.gain ?? 0) * SAME_GAIN))
      best = split;
  });
  return best;
}

function placeSplit(
  factor: number,
  { from, to }: { readonly from: number; readonly to: number },
  points: readonly Observation[],
): Split | undefined {
  const sorted = points.map(({ units, loss }) => ({ at: units[factor]!, loss })).sort((a, b) => a.at - b.at);
  const cut = bestCut(sorted);
  if (cut === undefined) return undefined;
  const threshold = (sorted[cut.index - 1]!.at + sorted[cut.index]!.at) / 2;
  return { factor, gain: cut.gain, left: { from, to: threshold }, right: { from: threshold, to } };
}

/**
 * Of an unordered factor the levels sorted by their mean loss are cut in two, which is the best of all divisions.
 *
 * Source: W. Fisher, "On Grouping for Maximum Homogeneity", JASA 53 (1958). A level without points goes with the better
 * ones.
 */
function levelSplit(
  factor: Factor,
  index: number,
  levels: readonly number[],
  points: readonly Observation[],
): Split | undefined {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { units, loss } of points) {
    const level = levelAt(factor, units[index]!);
    const own = sums.get(level) ?? { sum: 0, count: 0 };
    sums.set(level, { sum: own.sum + loss, count: own.count + 1 });
  }
  const means = [...sums]
    .map(([level, { sum, count }]) => ({ level, mean: sum / count }))
    .sort((a, b) => a.mean - b.mean || a.level - b.level);
  const place = new Map(means.map(({ level }, i) => [level, i]));
  const sorted = points
    .map(({ units, loss }) => ({ at: place.get(levelAt(factor, units[index]!))!, loss }))
    .sort((a, b) => a.at - b.at);
  const cut = bestCut(sorted);
  if (cut === undefined) return undefined;
  const right = levels.filter((level) => (place.get(level) ?? -1) >= sorted[cut.index]!.at);
  return {
    factor: index,
    gain: cut.gain,
    left: { levels: levels.filter((level) => !right.includes(level)) },
    right: { levels: right },
  };
}

/** Where to cut a sorted list; `undefined` where all is at one place. */
function bestCut(
  sorted: readonly { readonly at: number; readonly loss: number }[],
): { readonly index: number; readonly gain: number } | undefined {
  const mean = sorted.reduce((sum, { loss }) => sum + loss, 0) / sorted.length;
  let best: { index: number; gain: number } | undefined;
  let left = 0;
  for (let index = 1; index < sorted.length; index++) {
    left += sorted[index - 1]!.loss - mean;
    if (sorted[index]!.at === sorted[index - 1]!.at) continue;
    const gain = left ** 2 / index + left ** 2 / (sorted.length - index);
    if (best === undefined || gain > best.gain * (1 + SAME_GAIN)) best = { index, gain };
  }
  return best;
}
