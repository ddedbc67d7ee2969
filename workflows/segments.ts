/**
 * Trainings in segments: a trial that paused and the trials that went on from it are one training, counted and paid for once.
 *
 * @module
 */
import type { Measurement, Trial } from './trial';

/** Whether a trial is a training of its own, or the first segment of one. */
export function isFirstSegment({ spec }: Pick<Trial, 'spec'>): boolean {
  return spec.continues === undefined;
}

/** Number of trainings in a stage's summaries. */
export function trainingsIn(summaries: readonly { readonly continues?: string }[]): number {
  return summaries.filter(({ continues }) => continues === undefined).length;
}

/** What an ended trial added to its study: a measurement is of the whole training, and a reused one cost nothing. */
export function costOfSegment(trials: readonly Trial[], { spec, result }: Trial): Pick<Measurement, 'deviceSeconds' | 'examples'> {
  const whole = measurementOf(result);
  if (whole === undefined || result?.reused === true) return { deviceSeconds: 0, examples: 0 };
  const before = spec.continues === undefined ? undefined : measurementOf(trials.find((trial) => trial.spec.trialId === spec.continues)?.result);
  return {
    deviceSeconds: Math.max(0, whole.deviceSeconds - (before?.deviceSeconds ?? 0)),
    examples: Math.max(0, whole.examples - (before?.examples ?? 0)),
  };
}

function measurementOf(result: Trial['result']): Measurement | undefined {
  return result === undefined || result.outcome.status === 'outOfMemory' ? undefined : result.outcome.measurement;
}
