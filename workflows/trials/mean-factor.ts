import type { ScheduleSpec } from '../words/schedule';
import { INITIAL_SCHEDULE_STATE, scheduledLearningRate } from './schedules';

/** Steps that a long schedule is looked at: its shape needs no more. */
const LOOKS_MAX = 4096;

/**
 * The constant learning rate that a schedule averages to over a whole training, as a factor on `learningRate`, warm-up
 * included: half for a cosine down to 0.
 *
 * A plateau counts as never reached, for nobody knows before when one is.
 *
 * @param schedule Any but a ramp, which names its rates itself.
 */
export function meanFactor(schedule: ScheduleSpec, stepsTotal: number, stepsPerEpoch: number): number {
  const looks = Math.min(stepsTotal, LOOKS_MAX);
  let sum = 0;
  for (let look = 0; look < looks; look++) {
    const step = Math.floor(((look + 0.5) * stepsTotal) / looks);
    sum += scheduledLearningRate(schedule, 1, { step, stepsTotal, stepsPerEpoch }, INITIAL_SCHEDULE_STATE);
  }
  return sum / looks;
}
