/**
 * The second objective of a sweep: a cost, or a metric with a direction and a scale of its own.
 *
 * @module
 */
import { isMetric } from '../../analysis/constraints';
import type { ConstrainedName } from '../../analysis/constraints';
import { gainOf } from '../../analysis/scale';
import { metricNamed } from '../../tasks';
import type { ValidationMetric } from '../../tasks';
import type { Training } from './trainings';

export type SecondObjective = ConstrainedName | ValidationMetric;

/**
 * Its value; of a metric at the best epoch by the first objective, since both are to be had of one set of weights.
 * `null` where there is none.
 */
export function secondOf({ costs }: Pick<Training, 'costs'>, name: SecondObjective): number | null {
  if (costs === undefined) return null;
  return isMetric(name) ? (costs.best?.values[name] ?? null) : costs[name];
}

/** A value as a sampler takes it: less is better. */
export const asCost = (value: number, name: SecondObjective): number =>
  isMetric(name) ? costOfMetric(value, name) : value;

/** The same on the scale on which differences compare: the logarithm of what twice as much is twice as bad of. */
export const scaledCost = (value: number, name: SecondObjective): number =>
  isMetric(name) ? costOfMetric(value, name) : value > 0 ? Math.log(value) : Infinity;

const costOfMetric = (value: number, metric: ValidationMetric): number =>
  -gainOf(value, { metric, direction: metricNamed(metric).direction });
