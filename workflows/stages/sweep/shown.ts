import { ranked } from '../../analysis/ranking';
import type { Configuration, SweepContext } from './configurations';

/** Points in a plot, or rows in a table: a decision with all of thousands would not fit into a Temporal payload. */
export const SHOWN_MAX = 500;

/** Some of many, evenly spaced, in their order. */
export function evenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  return items.length <= most
    ? items
    : Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

/**
 * What evidence shows of the points: all; of very many, those with several seeds or none of their own, and the best, in
 * the order of the search.
 */
export function shownConfigurations(
  { facts: { objective } }: SweepContext,
  configurations: readonly Configuration[],
): readonly Configuration[] {
  if (configurations.length <= SHOWN_MAX) return configurations;
  const isNotable = ({ isIncumbent, scores }: Configuration): boolean => isIncumbent || scores.size > 1;
  const shown = new Set(
    [...configurations.filter(isNotable), ...ranked(configurations, objective)].slice(0, SHOWN_MAX),
  );
  return configurations.filter((configuration) => shown.has(configuration));
}
