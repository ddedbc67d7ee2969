import { measurementOf } from '../trials/outcome';
import type { Objective } from '../words/study';
import type { Outcome } from '../words/outcome';

/**
 * The objective at a trial's best epoch; `null` where there is none: never built, out of memory, diverged at once, never
 * validated.
 * A trial that diverged or died keeps the best that it had reached.
 */
export function scoreOf(outcome: Outcome, objective: Objective): number | null {
  return measurementOf(outcome)?.best?.values[objective.metric] ?? null;
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
