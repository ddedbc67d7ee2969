import { metricNamed } from '../tasks';
import type { ValidationMetric } from '../tasks';
import type { Measurement } from '../words/outcome';

/** What a trial costs that may be bounded. */
export type ConstrainedName = 'deviceSeconds' | 'parameters' | 'peakBytes';

/** A bound on a cost, or on a metric at the best epoch: from above on what is minimized, from below on what is maximized. */
export type Bound = { readonly max: number } | { readonly min: number };

/** What a trial may have measured. */
export type Constraints = { readonly [Name in ConstrainedName | ValidationMetric]?: Bound | undefined };

/** A bound that was broken. */
export interface Violation {
  readonly name: ConstrainedName | ValidationMetric;
  /** `null` of a metric that has no value. */
  readonly value: number | null;
  readonly bound: Bound;
}

const COSTS: readonly string[] = ['deviceSeconds', 'parameters', 'peakBytes'] satisfies readonly ConstrainedName[];

/** Whether a constraint bounds a metric, and no cost. */
export const isMetric = (name: ConstrainedName | ValidationMetric): name is ValidationMetric => !COSTS.includes(name);

/** The bounds that a measurement breaks, in the order of the constraints; those on metrics where one was scored. */
export function violationsOf(
  measurement: Pick<Measurement, ConstrainedName | 'best'>,
  constraints: Constraints,
): readonly Violation[] {
  return bounded(measurement, constraints).filter((one) => relativeExcess(one) > 0);
}

/** By how much a measurement exceeds each bound, as a share of it: 0 or less where it keeps it. */
export function excessesOf(
  measurement: Pick<Measurement, ConstrainedName | 'best'>,
  constraints: Constraints,
): readonly number[] {
  return bounded(measurement, constraints).map(relativeExcess);
}

function bounded(
  measurement: Pick<Measurement, ConstrainedName | 'best'>,
  constraints: Constraints,
): readonly Violation[] {
  return (Object.keys(constraints) as (keyof Constraints)[]).flatMap((name) => {
    const bound = constraints[name];
    if (bound === undefined || (isMetric(name) && measurement.best === null)) return [];
    return [{ name, value: isMetric(name) ? (measurement.best?.values[name] ?? null) : measurement[name], bound }];
  });
}

const excessOf = (value: number, bound: Bound): number => ('max' in bound ? value - bound.max : bound.min - value);

/** As a share of the bound; a value that is not there is off by the whole of it. */
function relativeExcess({ value, bound }: Violation): number {
  const limit = Math.abs('max' in bound ? bound.max : bound.min);
  return value === null ? 1 : excessOf(value, bound) / (limit > 0 ? limit : 1);
}

/**
 * How far a trial is from keeping its constraints: the excess over each bound as a share of it, summed; 0 if it keeps
 * them.
 *
 * Ranked first by this and then by score, whatever keeps its constraints beats all that does not, and of those that
 * break them the one that breaks them least is best.
 *
 * Source: K. Deb, "An efficient constraint handling method for genetic algorithms", Comp. Meth. Appl. Mech. Eng. 186
 * (2000).
 */
export function totalViolation(violations: readonly Violation[]): number {
  return violations.reduce((sum, violation) => sum + relativeExcess(violation), 0);
}

/** The side from which a metric may be bounded. */
export const boundSideOf = (metric: ValidationMetric): 'min' | 'max' =>
  metricNamed(metric).direction === 'minimize' ? 'max' : 'min';
