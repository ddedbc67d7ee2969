import { count, formatNumber } from '../format';
import { affordableSearch } from './budget';
import { searchSize } from './points';
import type { SweepView } from './view';

/** Why a search ended before its last trial, where the terminator ended it. */
export function terminationNotes(view: SweepView): readonly string[] {
  const {
    options: { terminator },
    facts: { objective },
    search,
  } = view;
  if (terminator === undefined || search.length >= Math.min(searchSize(view), affordableSearch(view))) return [];
  return [
    `the search ended after ${search.length} of ${count(searchSize(view), 'point')}: no further one was expected to improve ${objective.metric} by more than ${formatNumber(terminator.improvementToNoise)} times the noise`,
  ];
}
