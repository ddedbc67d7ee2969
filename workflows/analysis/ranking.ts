import type { Objective } from '../words/study';
import { isBetter } from './score';

/**
 * Items from the best score to the worst; `null` is worse than any number.
 *
 * Ties keep their order, so that of equals the one that came first wins, on every replay.
 */
export function ranked<Item extends { readonly score: number | null }>(
  items: readonly Item[],
  objective: Pick<Objective, 'direction'>,
): readonly Item[] {
  return [...items].sort((a, b) =>
    isBetter(a.score, b.score, objective) ? -1 : isBetter(b.score, a.score, objective) ? 1 : 0,
  );
}
