/**
 * Trainings in segments: a trial that paused and the trials that went on from it are one training, counted and paid for
 * once.
 *
 * @module
 */
import type { Measurement, Receipt } from '../words/outcome';
import type { Trial, TrialSpec } from '../words/trial';
import { measurementOf } from './outcome';

/** What of a trial says its cost; stored summaries have it as well. */
export interface Segment extends Pick<Trial, 'result'> {
  readonly spec: Pick<TrialSpec, 'trialId' | 'continues' | 'hparams'>;
}

/** Whether a trial is a training of its own, or the first segment of one. */
export function isFirstSegment({ spec }: Pick<Trial, 'spec'>): boolean {
  return spec.continues === undefined;
}

/** Number of trainings in a stage's summaries. */
export function trainingsIn(summaries: readonly { readonly continues?: string }[]): number {
  return summaries.filter(({ continues }) => continues === undefined).length;
}

/**
 * What an ended trial added to its study, with what its recoveries had to do again: a measurement is of the whole
 * training, and a reused one cost nothing.
 */
export function costOfSegment(
  trials: readonly Segment[],
  trial: Segment,
): Pick<Measurement, 'deviceSeconds' | 'examples'> {
  const { spec, result } = trial;
  if (result === undefined || result.reused) return { deviceSeconds: 0, examples: 0 };
  const whole = measurementOf(result.outcome);
  const before =
    spec.continues === undefined
      ? undefined
      : measurementOf(trials.find((other) => other.spec.trialId === spec.continues)?.result?.outcome);
  const kept = (of: 'deviceSeconds' | 'examples'): number => Math.max(0, (whole?.[of] ?? 0) - (before?.[of] ?? 0));
  const receipts = receiptsOf(trial);
  return {
    deviceSeconds: kept('deviceSeconds') + sum(receipts.map(({ deviceSecondsLost }) => deviceSecondsLost)),
    examples:
      kept('examples') + sum(receipts.map(({ stepsLost }) => stepsLost)) * Number(spec.hparams['batchSize'] ?? 0),
  };
}

/** Recoveries of this trial: its training's segments share one record, with those of all before it. */
export function receiptsOf({ spec: { trialId }, result }: Segment): readonly Receipt[] {
  return result === undefined || result.reused ? [] : result.receipts.filter((receipt) => receipt.trialId === trialId);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
