import type { Measurement } from '../words/outcome';

/** What of a measurement may be bounded. */
export type ConstrainedName = 'deviceSeconds' | 'parameters' | 'peakBytes';

/** Highest values that a trial may have measured. */
export type Constraints = { readonly [Name in ConstrainedName]?: { readonly max: number } | undefined };

/** A bound that was broken. */
export interface Violation {
  readonly name: ConstrainedName;
  readonly value: number;
  readonly max: number;
}

/** The bounds that a measurement breaks, in the order of the constraints. */
export function violationsOf(
  measurement: Pick<Measurement, ConstrainedName>,
  constraints: Constraints,
): readonly Violation[] {
  return bounded(measurement, constraints).filter(({ value, max }) => value > max);
}

/** By how much a measurement exceeds each bound, as a share of it: 0 or less where it keeps it. */
export function excessesOf(
  measurement: Pick<Measurement, ConstrainedName>,
  constraints: Constraints,
): readonly number[] {
  return bounded(measurement, constraints).map(({ value, max }) => value / max - 1);
}

function bounded(measurement: Pick<Measurement, ConstrainedName>, constraints: Constraints): readonly Violation[] {
  return (Object.keys(constraints) as ConstrainedName[]).flatMap((name) => {
    const max = constraints[name]?.max;
    return max === undefined ? [] : [{ name, value: measurement[name], max }];
  });
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
  return violations.reduce((sum, { value, max }) => sum + value / max - 1, 0);
}
