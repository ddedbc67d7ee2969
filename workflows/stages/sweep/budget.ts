import { mean } from '../../analysis/statistics';
import { measurementOf } from '../../trials/outcome';
import { isFirstSegment } from '../../trials/segments';
import type { SweepContext } from './configurations';
import { foldsOf } from './folds';
import { replicationOf } from '../replicates';
import type { Training } from './trainings';
import type { SweepView } from './view';

/** A search of fewer trials compares nothing. */
const SEARCH_TRIALS_MIN = 2;

/** Trainings that the replication takes at first. */
export function replicationTrials(options: SweepContext['options']): number {
  return (options.replicateTop + 1) * (replicationOf(options).seeds - 1);
}

/** Whether the budget allows so many trainings more, by those that were trained to their ends. */
export function affordsTrainings({ facts, remaining, search }: SweepView, trainings: number): boolean {
  if (remaining.trials < trainings * foldsOf(facts)) return false;
  if (facts.reproducible || remaining.deviceSeconds === Infinity) return true;
  const seconds = search.filter(({ status }) => status === 'ended').flatMap((training) => secondsOf(training) ?? []);
  return seconds.length === 0 || mean(seconds) * trainings <= remaining.deviceSeconds;
}

/**
 * Trials of the search that the budget allows with the replication after it: a search that spends everything ends in a
 * winner that nobody has checked.
 */
export function affordableSearch(view: SweepView): number {
  const { options, trials, remaining, facts } = view;
  const reserve = replicationTrials(options);
  // Folds are trials of their own; what continues another is none.
  const begun = trials.filter(isFirstSegment).length;
  const byCount = Math.floor((begun + remaining.trials) / foldsOf(facts)) - reserve;
  return Math.max(SEARCH_TRIALS_MIN, Math.min(options.trials, byCount, affordableByTime(view, reserve)));
}

/** A reproducible study's plan must not depend on how long its trials took: only the driver's own limit holds there. */
function affordableByTime(view: SweepView, reserve: number): number {
  const { facts, remaining, search } = view;
  if (facts.reproducible || remaining.deviceSeconds === Infinity) return Infinity;
  const seconds = search.flatMap((training) => secondsOf(training) ?? []);
  const each = seconds.length === 0 ? 0 : mean(seconds);
  if (each === 0) return Infinity;
  const running = search.filter(({ status }) => status === 'running').length;
  return search.length + Math.floor((remaining.deviceSeconds - reservedSeconds(view, reserve, each)) / each) - running;
}

/** Where trainings pause, those of the replication and the finalists before it cost more than those of the search. */
function reservedSeconds({ search, options }: SweepView, reserve: number, each: number): number {
  if (search.every(({ status }) => status !== 'paused')) return reserve * each;
  const whole = search.filter(({ status }) => status === 'ended').flatMap((training) => secondsOf(training) ?? []);
  return (reserve + options.replicateTop) * (whole.length === 0 ? each : mean(whole));
}

/** Device seconds of a training so far; `undefined` while nothing of it has ended. */
function secondsOf({ segments, foldScores }: Training): number | undefined {
  const known = segments.flatMap(({ result }) => measurementOf(result?.outcome)?.deviceSeconds ?? []);
  return foldScores === undefined || known.length === 0 ? known.at(-1) : known.reduce((sum, one) => sum + one, 0);
}
