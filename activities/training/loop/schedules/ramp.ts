import type { Schedule, SchedulePosition } from './schedule';
import { power } from '../../../../workflows/search/power';

const progressAt = ({ step, stepsTotal }: SchedulePosition): number => step / Math.max(1, stepsTotal - 1);

/**
 * Learning rates from `from` at the first step to `to` at the last, evenly in their logarithm: the learning-rate range
 * test.
 */
export const ramp: Schedule<'ramp'> = {
  factor: () => 1,
  rate: ({ from, to }, position) => from * power(to / from, progressAt(position)),
  momentum: ({ cycledMomentum: cycled }, position) =>
    cycled && cycled.max + (cycled.min - cycled.max) * progressAt(position),
};
