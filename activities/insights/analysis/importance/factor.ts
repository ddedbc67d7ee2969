/**
 * What the measures of importance see of a sweep: places of points in the unit cube, and losses.
 *
 * @module
 */

/** A hyperparameter. */
export interface Factor {
  readonly name: string;
  /** Number of its values; Infinity where it is continuous. */
  readonly levels: number;
  /** Whether neighbouring values are alike. */
  readonly isOrdered: boolean;
}

/** A point with its result. */
export interface Observation {
  /** Unit coordinate by factor, as of `unitOf`; `undefined` where the factor had no part in it. */
  readonly units: readonly (number | undefined)[];
  /** Less is better. */
  readonly loss: number;
}

/** Index of a discrete factor's value. */
export function levelAt({ levels }: Factor, unit: number): number {
  return Math.min(levels - 1, Math.floor(unit * levels));
}

/** Shares that sum to 1; equal ones where there is nothing to share. */
export function normalized(values: readonly number[]): readonly number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => (sum > 0 ? value / sum : 1 / values.length));
}
