/** What is better in one and no worse in the other of two costs than anything else. Less is better in both. */
export interface Costed {
  readonly costs: readonly [number, number];
}

/**
 * The items that no other one beats in both costs, ascending in the first cost and falling in the second.
 *
 * Of items with equal costs the first one stays; those with a cost that is not finite are left out.
 */
export function paretoFront<Item extends Costed>(items: readonly Item[]): readonly Item[] {
  const finite = items.filter(({ costs }) => costs.every(Number.isFinite));
  const sorted = [...finite].sort((a, b) => a.costs[0] - b.costs[0] || a.costs[1] - b.costs[1]);
  let lowest = Infinity;
  return sorted.filter(({ costs: [, second] }) => {
    const isBetter = second < lowest;
    lowest = Math.min(lowest, second);
    return isBetter;
  });
}

/**
 * The area between a front and a reference that is worse in both costs; what lies beyond the reference adds nothing.
 *
 * Source: E. Zitzler, L. Thiele, "Multiobjective Evolutionary Algorithms: A Comparative Case Study", IEEE Trans. Evol.
 * Comp. 3 (1999).
 */
export function hypervolume(items: readonly Costed[], [first, second]: readonly [number, number]): number {
  const front = paretoFront(items).filter(({ costs }) => costs[0] < first && costs[1] < second);
  return front.reduce(
    (area, { costs }, i) => area + ((front[i + 1]?.costs[0] ?? first) - costs[0]) * (second - costs[1]),
    0,
  );
}

/**
 * The share of the box between the best and the worst of either cost that a front covers: 1 if one item is best in
 * both, 0 if there is nothing between. `null` where one cost does not vary, so that there is nothing to trade.
 */
export function coveredShare(items: readonly Costed[]): number | null {
  const finite = items.filter(({ costs }) => costs.every(Number.isFinite));
  const range = ([0, 1] as const).map((cost) => {
    const values = finite.map(({ costs }) => costs[cost]);
    return {
      low: values.reduce((a, b) => Math.min(a, b), Infinity),
      high: values.reduce((a, b) => Math.max(a, b), -Infinity),
    };
  });
  const [a, b] = [range[0]!, range[1]!];
  return a.high > a.low && b.high > b.low
    ? hypervolume(finite, [a.high, b.high]) / ((a.high - a.low) * (b.high - b.low))
    : null;
}
