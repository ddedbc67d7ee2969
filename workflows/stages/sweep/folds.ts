/**
 * Points that are cross-validated: a training then is one of each fold, which the search runs one after the other, and
 * it has no score before all of them have.
 *
 * @module
 */
import { scoreOf } from '../../analysis/score';
import { meanScore } from '../../analysis/scale';
import { mean } from '../../analysis/statistics';
import { measurementOf } from '../../trials/outcome';
import type { Measurement } from '../../words/outcome';
import type { Objective } from '../../words/study';
import type { Trial, TrialSpec } from '../../words/trial';
import { isRunning, nextTrial } from '../trials';
import type { Training } from './trainings';
import type { SweepView } from './view';

/** Folds of the study's data set; 1 where it has none. */
export const foldsOf = ({ folds = 1 }: { readonly folds?: number }): number => folds;

/** A training as its folds are so far. One that fails on a fold has failed. */
export function acrossFolds(
  trials: readonly Trial[],
  folds: number,
  objective: Objective,
): Pick<Training, 'status' | 'score' | 'foldScores'> {
  const scores = trials.map((trial) => (isRunning(trial) ? undefined : scoreOf(trial, objective)));
  const foldScores = scores.flatMap((score) => score ?? []);
  const failed = scores.includes(null);
  const goesOn = scores.includes(undefined) || (!failed && trials.length < folds);
  const status = goesOn ? 'running' : failed ? 'failed' : 'ended';
  return { status, foldScores, score: status === 'ended' ? meanScore(foldScores, objective) : null };
}

/** What the folds took and reached on average, and the most memory; `undefined` where none was measured. */
export function meanOfFolds(trials: readonly Trial[]): Measurement | undefined {
  const found = trials.flatMap(({ result }) => measurementOf(result?.outcome) ?? []);
  const last = found.at(-1);
  if (last === undefined) return undefined;
  const over = (of: (measurement: Measurement) => number): number => mean(found.map(of));
  const values = Object.keys(last.best?.values ?? {}).map((name) => {
    const known = found.map(({ best }) => best?.values[name as keyof typeof best.values] ?? null);
    return [name, known.includes(null) ? null : mean(known.map(Number))];
  });
  return {
    ...last,
    deviceSeconds: over(({ deviceSeconds }) => deviceSeconds),
    peakBytes: Math.max(...found.map(({ peakBytes }) => peakBytes)),
    best: last.best && { ...last.best, values: Object.fromEntries(values) as typeof last.best.values },
  };
}

/** The next fold of a training that was begun, before anything else is. */
export function nextFold(view: SweepView): TrialSpec | undefined {
  const folds = foldsOf(view.facts);
  if (folds === 1) return undefined;
  const begun = view.trainings.find(
    ({ segments }) =>
      segments.length < folds &&
      segments.every((trial) => isRunning(trial) || scoreOf(trial, view.facts.objective) !== null),
  );
  if (begun === undefined) return undefined;
  const { trialId: _first, label, ...spec } = begun.segments[0]!.spec;
  const fold = begun.segments.length;
  return nextTrial(view, {
    ...spec,
    label: label.replace(/fold 1 of/, `fold ${fold + 1} of`),
    split: { ...spec.split, fold },
  });
}
