import type { Costed } from '../../analysis/pareto';

/**
 * How far a point lies below the line between the ends of a front, each cost in the range between them: 0 on the line,
 * 1 with the best of both, below 0 beyond it.
 *
 * Source: I. Das, "On characterizing the 'knee' of the Pareto curve based on Normal-Boundary Intersection", Struct.
 * Optim. 18 (1999).
 *
 * @param ends The best in the first cost, and the best in the second.
 */
export function bendOf(
  costs: Costed['costs'],
  [{ costs: best }, { costs: cheapest }]: readonly [Costed, Costed],
): number {
  return 1 - (costs[0] - best[0]) / (cheapest[0] - best[0]) - (costs[1] - cheapest[1]) / (best[1] - cheapest[1]);
}

/** What rounding alone makes of a straight line. */
const ROUNDING = 1e-9;

/**
 * The points of a front that lie below the line between its ends, the furthest first.
 *
 * @param front Ascending in the first cost.
 */
export function bentPoints<Item extends Costed>(front: readonly Item[]): readonly Item[] {
  const [first, last] = [front[0], front.at(-1)];
  if (first === undefined || last === undefined) return [];
  return front
    .slice(1, -1)
    .map((item) => ({ item, bend: bendOf(item.costs, [first, last]) }))
    .filter(({ bend }) => bend > ROUNDING)
    .sort((a, b) => b.bend - a.bend)
    .map(({ item }) => item);
}

/** The one that lies furthest below it; `undefined` where none does. */
export const kneeOf = <Item extends Costed>(front: readonly Item[]): Item | undefined => bentPoints(front)[0];
