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
 * Cross-entropy, in nats, of whoever answers each of these labels with the share that its class has among them: the
 * lowest that an answer can have which does not look at the image. Its entropy, ln C only where classes are even.
 *
 * @param counts Labels by class, some above 0.
 */
export function entropyOf(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}

/** Share of the chance loss that a loss must be below to tell of anything learnt: an odd epoch may lie a little lower. */
const LEARNT_BELOW = 0.98;

/** Whether a validation loss tells of nothing learnt; of labels that are all alike no loss does. */
export const isAtChance = (loss: number, chance: number): boolean => chance > 0 && loss >= LEARNT_BELOW * chance;

/** Cross-entropy, in nats, of whoever gives every class the same odds: where an untrained network begins, about. */
export const lossOfEqualOdds = (classes: number): number => Math.log(classes);

/** Whether score `a` is better than `b`; any number is better than none. */
export function isBetter(a: number | null, b: number | null, objective: Pick<Objective, 'direction'>): boolean {
  if (a === null) return false;
  if (b === null) return true;
  return objective.direction === 'minimize' ? a < b : a > b;
}
