/**
 * What is read of a trial that ended, whatever its stage.
 *
 * @module
 */
import type { Measurement, TrialResult } from '../words/outcome';
import type { Trial } from '../words/trial';

/** What a trial measured; `undefined` of one that runs, or that ran out of memory. */
export function measurementOf(result: TrialResult | undefined): Measurement | undefined {
  return result === undefined || result.outcome.status === 'outOfMemory' ? undefined : result.outcome.measurement;
}

/**
 * The learning rate at which a range test broke down: it is meant to rise until it does. `undefined` of all other
 * trials.
 */
export function rampEnd({ spec: { schedule }, result }: Trial): number | undefined {
  if (schedule.name !== 'ramp' || result === undefined) return undefined;
  const { outcome } = result;
  return outcome.status === 'diverged' || outcome.status === 'dead'
    ? outcome.measurement.stepLosses.at(-1)?.learningRate
    : undefined;
}
