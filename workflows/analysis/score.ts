import { hasFailed, measurementOf } from '../trials/outcome';
import type { Objective } from '../words/study';
import type { Trial } from '../words/trial';

/**
 * The one score of a trial, for stages, reports and pages alike: the objective at its best epoch; `null` where there is
 * none: while it runs, if validation never ran, and if it failed, whatever it had reached before.
 *
 * Of a trial that is paused it is the best so far.
 */
export function scoreOf({ result }: Pick<Trial, 'result'>, { metric }: Pick<Objective, 'metric'>): number | null {
  return result === undefined || hasFailed(result.outcome)
    ? null
    : (measurementOf(result.outcome)?.best?.values[metric] ?? null);
}

/**
 * Cross-entropy, in nats, of whoever gives every class the same odds: a network that is not below it has learnt
 * nothing.
 */
export const lossOfEqualOdds = (classes: number): number => Math.log(classes);

/** Whether score `a` is better than `b`; any number is better than none. */
export function isBetter(a: number | null, b: number | null, objective: Pick<Objective, 'direction'>): boolean {
  if (a === null) return false;
  if (b === null) return true;
  return objective.direction === 'minimize' ? a < b : a > b;
}
