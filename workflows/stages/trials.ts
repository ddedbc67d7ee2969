/**
 * What all stages do with trials: make them, and read how they ended.
 *
 * @module
 */
import { measurementOf } from '../trials/outcome';
import { scoreOf } from '../analysis/score';
import { isFirstSegment } from '../trials/segments';
import { milestonesOf } from '../trials/batch-growth';
import { batchPhases, examplesAfter, stepsOf } from '../trials/length';
import { numericHParam } from '../trials/hparams';
import type { Objective } from '../words/study';
import type { Trial, TrialSpec } from '../words/trial';
import type { Measurement } from '../words/outcome';
import { count, formatSeconds } from './format';
import type { StageContext } from './stage';

/** What a stage says about a trial; the rest is the plainest training. */
export type TrialRequest = Pick<TrialSpec, 'label' | 'hparams' | 'seed' | 'schedule' | 'limit'> & Partial<TrialSpec>;

/**
 * The next trial of a stage: numbered by its place among the trainings, ended by nothing but its limit, not evaluated
 * unless asked.
 */
export function nextTrial({ stageId, trials }: StageContext<unknown>, request: TrialRequest): TrialSpec {
  return {
    trialId: `${stageId}/${String(trials.filter(isFirstSegment).length).padStart(3, '0')}`,
    stop: {},
    evaluate: { validation: 'never', test: false },
    record: { stepLosses: false },
    process: 'warm',
    exportModel: false,
    ...request,
  };
}

/** Whether a trial ended as asked: at its limit, or by early stopping. */
export function ranWell({ result }: Trial): boolean {
  const status = result?.outcome.status;
  return status === 'completed' || status === 'earlyStopped';
}

/**
 * Trials that ended without a score, each by its id, e.g. `final-train/001 diverged`; empty if there are none.
 */
export function namedFailures(trials: readonly Trial[], objective: Objective): string {
  const failed = trials.filter((trial) => !isRunning(trial) && scoreOf(trial, objective) === null);
  return failed
    .map((trial) => {
      const status = trial.result?.outcome.status ?? 'not ended';
      return `${trial.spec.trialId} ${ranWell(trial) ? `${status} without ${objective.metric}` : status}`;
    })
    .join(', ');
}

/** What to do about trials none of which ended well: some ends have a fix of their own, all others the stage's. */
export function remedyFor(trials: readonly Trial[], unstable: string): string {
  const statuses = new Set(trials.map(({ result }) => result?.outcome.status ?? 'running'));
  const own = Object.entries(REMEDIES).filter(([status]) => statuses.has(status as keyof typeof REMEDIES));
  return [
    ...own.map(([, remedy]) => remedy),
    ...(own.length === statuses.size && own.length > 0 ? [] : [unstable]),
  ].join('; ');
}

const REMEDIES = {
  outOfMemory: 'set a smaller batchSize (batchSizeMax, where a batchSizeLadder chooses it), or make the model smaller',
  invalid: 'mend the model, or the hyperparameters that its layers read',
} as const;

export const isRunning = ({ result }: Trial): boolean => result === undefined;

/** Optimizer steps and examples of one trial; at most these where batches grow by what it measures. */
export function costOf(
  { facts }: StageContext<unknown>,
  { hparams, limit, batchGrowth }: Pick<TrialSpec, 'hparams' | 'limit' | 'batchGrowth'>,
): { readonly steps: number; readonly examples: number } {
  const batchSize = numericHParam(hparams, 'batchSize');
  const phases = batchPhases(batchSize, milestonesOf(batchGrowth), facts.trainExamples);
  const steps = stepsOf(limit, facts.trainExamples, batchSize, milestonesOf(batchGrowth));
  return { steps, examples: examplesAfter(phases, steps) };
}

/**
 * What trainings have cost, for a note: device time, but steps in a reproducible study, where nothing may differ by
 * measured times.
 *
 * Of a training in segments the last one counts, whose measurement is of the whole.
 */
export function costText({ facts }: StageContext<unknown>, trials: readonly Trial[]): string {
  const continued = new Set(trials.map(({ spec }) => spec.continues));
  const whole = trials
    .filter(({ spec }) => !continued.has(spec.trialId))
    .flatMap(({ result }) => measurementOf(result?.outcome) ?? []);
  const sum = (of: (measurement: Measurement) => number): number =>
    whole.reduce((total, measurement) => total + of(measurement), 0);
  return facts.reproducible
    ? count(
        sum(({ steps }) => steps),
        'step',
      )
    : `${formatSeconds(sum(({ deviceSeconds }) => deviceSeconds))} of device time`;
}

/** Trials by how they ended, for a message, e.g. `3 outOfMemory, 1 diverged`. */
export function countByStatus(trials: readonly Trial[]): string {
  const counts = new Map<string, number>();
  for (const { result } of trials) {
    const status = result?.outcome.status ?? 'not ended';
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts.size === 0 ? 'no trial ran' : [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}
