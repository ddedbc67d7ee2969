/**
 * What is read of a trial that ended, whatever its stage.
 *
 * @module
 */
import type { LearningCurve } from '../words/insights';
import type { Measurement, Outcome } from '../words/outcome';
import type { Trial } from '../words/trial';

/** What an outcome measured; `undefined` where nothing could be, and for a trial that runs. */
export function measurementOf(outcome: Outcome | undefined): Measurement | undefined {
  return outcome !== undefined && 'measurement' in outcome ? outcome.measurement : undefined;
}

/** A measurement's losses, epoch by epoch; empty where nothing was measured. */
export function lossCurve(measurement: Measurement | undefined): LearningCurve {
  return (measurement?.curve ?? []).map(({ epoch, trainLoss, values: { valLoss = null } }) => ({
    epoch,
    trainLoss,
    valLoss,
  }));
}

/** Whether there is no answer in it: it broke down, did not fit, or there was no model. */
export function hasFailed({ status }: Outcome): boolean {
  return status !== 'completed' && status !== 'earlyStopped' && status !== 'paused';
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
