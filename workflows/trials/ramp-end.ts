import type { Trial } from '../words/trial';

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
