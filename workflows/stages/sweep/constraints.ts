import { totalViolation } from '../../analysis/constraints';
import { count, formatNumber } from '../format';
import type { Configuration } from './configurations';

/** How far a point is from keeping the sweep's constraints, by its first training; 0 if it keeps them. */
export function violationOf({ trainings: [first] }: Configuration): number {
  return totalViolation(first?.violations ?? []);
}

/** Whether every training of one breaks the constraints by less than every training of the other. */
export function violationsAgree(less: Configuration, more: Configuration): boolean {
  const of = ({ trainings }: Configuration): readonly number[] =>
    trainings.filter(({ status }) => status === 'ended').map(({ violations }) => totalViolation(violations));
  return Math.max(...of(less)) < Math.min(...of(more));
}

/** The bounds that a point breaks in words, e.g. `peakBytes 3e8 above 2e8`. */
export function brokenText({ trainings: [first] }: Configuration): string {
  return (first?.violations ?? [])
    .map(({ name, value, bound }) => {
      const limit = 'max' in bound ? `above ${formatNumber(bound.max)}` : `below ${formatNumber(bound.min)}`;
      return value === null ? `no ${name}` : `${name} ${formatNumber(value)} ${limit}`;
    })
    .join(' and ');
}

/** How many points break the constraints, and whether the answer has to. */
export function constraintWarnings(
  configurations: readonly Configuration[],
  decided: Configuration | undefined,
): readonly string[] {
  const breaking = configurations.filter((configuration) => violationOf(configuration) > 0);
  const answer = decided === undefined ? '' : brokenText(decided);
  return [
    ...(breaking.length > 0
      ? [`${count(breaking.length, 'point')} of ${configurations.length} broke the constraints`]
      : []),
    ...(answer === '' ? [] : [`the answer breaks the constraints, and so does all else that ended well: ${answer}`]),
  ];
}
