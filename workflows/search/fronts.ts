/**
 * Points by two costs: which of them nothing beats in both, which only those beat, and so on.
 *
 * @module
 */

/** Less is better in both. */
export type CostPair = readonly [number, number];

/** How much each point of a front, ascending in the first cost, is worth to it. */
export type Worth = (front: readonly CostPair[]) => readonly number[];

/**
 * The number of each pair's front: 0 where nothing is as good in both costs, 1 where only those of 0 are, and so on. Of
 * equal pairs each counts as beaten by the one before.
 *
 * Source: M. T. Jensen, "Reducing the Run-Time Complexity of Multiobjective EAs", IEEE Trans. Evol. Comp. 7 (2003), of
 * two costs.
 */
export function frontsOf(pairs: readonly CostPair[]): readonly number[] {
  const ranks = new Array<number>(pairs.length).fill(0);
  const lowest: number[] = [];
  for (const i of ascending(pairs)) {
    // The lowest second costs of the fronts ascend, so the first above this one is its place.
    let [from, to] = [0, lowest.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (lowest[middle]! > pairs[i]![1]) to = middle;
      else from = middle + 1;
    }
    lowest[from] = pairs[i]![1];
    ranks[i] = from;
  }
  return ranks;
}

function ascending(pairs: readonly CostPair[]): readonly number[] {
  return pairs.map((_, i) => i).sort((a, b) => pairs[a]![0] - pairs[b]![0] || pairs[a]![1] - pairs[b]![1] || a - b);
}

/** Indexes of the pairs, the best first: by their fronts, and within one by what they are worth to it. */
export function byFront(pairs: readonly CostPair[], worth: Worth): readonly number[] {
  const members: number[][] = [];
  const fronts = frontsOf(pairs);
  for (const i of ascending(pairs)) (members[fronts[i]!] ??= []).push(i);
  return members.flatMap((own) => {
    const values = worth(own.map((i) => pairs[i]!));
    return own
      .map((i, k) => ({ i, value: values[k]! }))
      .sort((a, b) => b.value - a.value)
      .map(({ i }) => i);
  });
}

/** Beyond the worst of either cost by this share of its range lies the corner that areas are measured from. */
const BEYOND_WORST = 0.1;

/**
 * The area that only this point of the front covers, the ranges taken for 1.
 *
 * Source: Y. Ozaki et al., "Multiobjective Tree-Structured Parzen Estimator", JAIR 73 (2022), which ranks within a front
 * so.
 */
export const ownArea: Worth = (front) => {
  const scaled = inRange(front);
  const corner = 1 + BEYOND_WORST;
  return scaled.map(
    ([first, second], i) => ((scaled[i + 1]?.[0] ?? corner) - first) * ((scaled[i - 1]?.[1] ?? corner) - second),
  );
};

/**
 * How far its neighbours are from a point of the front, the ends furthest.
 *
 * Source: K. Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Trans. Evol. Comp. 6
 * (2002).
 */
export const crowdingDistance: Worth = (front) => {
  const scaled = inRange(front);
  return scaled.map((_, i) => {
    const [before, after] = [scaled[i - 1], scaled[i + 1]];
    return before === undefined || after === undefined ? Infinity : after[0] - before[0] + (before[1] - after[1]);
  });
};

/** With the best of each cost at 0 and the worst at 1. */
function inRange(front: readonly CostPair[]): readonly CostPair[] {
  const of = (cost: 0 | 1): ((value: number) => number) => {
    const values = front.map((pair) => pair[cost]).filter(Number.isFinite);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => (high > low && Number.isFinite(value) ? (value - low) / (high - low) : 0);
  };
  const [first, second] = [of(0), of(1)];
  return front.map((pair) => [first(pair[0]), second(pair[1])]);
}
