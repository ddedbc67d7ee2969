import { mean } from '../../analysis/statistics';
import { isRunning, measurementOf } from '../trials';
import { searchTrials } from './configurations';
import type { SweepContext } from './configurations';

/** A search of fewer trials compares nothing. */
const SEARCH_TRIALS_MIN = 2;

/** Trainings that the replication will take at most. */
export function replicationTrials({ replicateTop, replicates }: SweepContext['options']): number {
  return (replicateTop + 1) * (replicates - 1);
}

/**
 * Trials of the search that the budget allows with the replication after it: a search that spends everything ends in a winner that
 * nobody has checked.
 */
export function affordableSearch(context: SweepContext): number {
  const { options, trials, remaining } = context;
  const reserve = replicationTrials(options);
  const byCount = trials.length + remaining.trials - reserve;
  return Math.max(SEARCH_TRIALS_MIN, Math.min(options.trials, byCount, affordableByTime(context, reserve)));
}

/** A reproducible study's plan must not depend on how long its trials took: only the driver's own limit holds there. */
function affordableByTime(context: SweepContext, reserve: number): number {
  const { facts, remaining } = context;
  const search = searchTrials(context);
  const seconds = search.flatMap(({ result }) => measurementOf(result?.outcome)?.deviceSeconds ?? []);
  const each = seconds.length === 0 ? 0 : mean(seconds);
  if (facts.reproducible || each === 0 || remaining.deviceSeconds === Infinity) return Infinity;
  const running = search.filter(isRunning).length;
  return search.length + Math.floor(remaining.deviceSeconds / each) - running - reserve;
}
