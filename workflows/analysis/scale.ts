/**
 * The scale on which scores of an objective are averaged and compared: the logarithm for losses, of which half as much
 * and twice as much are equally far, and which differ the less from seed to seed the lower they are; the plain number
 * for shares such as the accuracy.
 *
 * @module
 */
import { metricNamed, type Metric } from '../tasks';
import type { Objective } from '../words/study';
import { mean } from './statistics';

/** A loss of exactly 0 has no logarithm. */
const LOSS_MIN = 1e-12;

/** The scale of a metric. */
export const scaleOf = ({ metric }: Pick<Objective, 'metric'>): Metric['scale'] => metricNamed(metric).scale;

/** A score on its objective's scale, turned so that more is better. */
export function gainOf(score: number, objective: Objective): number {
  const scaled = scaleOf(objective) === 'log' ? Math.log(Math.max(score, LOSS_MIN)) : score;
  return objective.direction === 'minimize' ? -scaled : scaled;
}

/** The score that has this gain: the inverse of `gainOf`. */
export function scoreWithGain(gain: number, objective: Objective): number {
  const scaled = objective.direction === 'minimize' ? -gain : gain;
  return scaleOf(objective) === 'log' ? Math.exp(scaled) : scaled;
}

/** How much better `a` is than `b` on their scale: negative if it is worse. */
export function gainOver(a: number, b: number, objective: Objective): number {
  return gainOf(a, objective) - gainOf(b, objective);
}

/** The one mean of scores: on the objective's scale, so the geometric mean of losses. @throws RangeError on an empty list. */
export function meanScore(scores: readonly number[], objective: Objective): number {
  return scoreWithGain(mean(scores.map((score) => gainOf(score, objective))), objective);
}
