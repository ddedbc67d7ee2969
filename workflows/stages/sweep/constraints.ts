import { totalViolation, violationsOf } from '../../analysis/constraints';
import type { Violation } from '../../analysis/constraints';
import { count, formatNumber } from '../format';
import { measurementOf } from '../trials';
import type { Configuration, SweepContext } from './configurations';
import { lastSegment } from './trainings';
import type { Training } from './trainings';

/** The bounds that a training breaks, as far as it got. */
export function brokenBy(
  { options: { constraints = {} } }: SweepContext,
  training: Training | undefined,
): readonly Violation[] {
  const measurement = training === undefined ? undefined : measurementOf(lastSegment(training).result?.outcome);
  return measurement === undefined ? [] : violationsOf(measurement, constraints);
}

/** How far a point is from keeping the sweep's constraints, by its first training; 0 if it keeps them. */
export function violationOf(context: SweepContext, { trainings: [first] }: Configuration): number {
  return totalViolation(brokenBy(context, first));
}

/** The bounds that a point breaks in words, e.g. `peakBytes 3e8 above 2e8`. */
export function brokenText(context: SweepContext, { trainings: [first] }: Configuration): string {
  return brokenBy(context, first)
    .map(({ name, value, max }) => `${name} ${formatNumber(value)} above ${formatNumber(max)}`)
    .join(' and ');
}

/** How many points break the constraints, and whether the answer has to. */
export function constraintWarnings(
  context: SweepContext,
  configurations: readonly Configuration[],
  decided: Configuration | undefined,
): readonly string[] {
  const breaking = configurations.filter((configuration) => violationOf(context, configuration) > 0);
  const answer = decided === undefined ? '' : brokenText(context, decided);
  return [
    ...(breaking.length > 0
      ? [`${count(breaking.length, 'point')} of ${configurations.length} broke the constraints`]
      : []),
    ...(answer === '' ? [] : [`the answer breaks the constraints, and so does all else that ended well: ${answer}`]),
  ];
}
