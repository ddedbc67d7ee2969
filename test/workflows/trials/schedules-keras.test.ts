/**
 * Schedules against those that Keras 3 has as well; `bench/fixtures/record-optimizers.py` recorded the rates and says
 * where Keras counts its steps otherwise.
 *
 * @module
 */
import { INITIAL_SCHEDULE_STATE, scheduledLearningRate } from '../../../workflows/trials/schedules';
import type { ScheduleSpec } from '../../../workflows/words/schedule';
import recorded from '../../activities/training/fixtures/keras-schedules.json';

const { learningRate, stepsTotal, stepsPerEpoch } = recorded;
const CASES = recorded.cases as unknown as readonly {
  readonly case: string;
  readonly schedule: ScheduleSpec;
  readonly rates: readonly number[];
}[];

// Keras computes its rates in float32.
const TOLERANCE = 2e-6;

describe('a schedule asks for the rates that Keras does, at every step', () => {
  it.each(CASES.map((of) => [of.case, of] as const))('%s', (_, { schedule, rates }) => {
    const errors = rates.map(
      (expected, step) =>
        Math.abs(
          scheduledLearningRate(schedule, learningRate, { step, stepsTotal, stepsPerEpoch }, INITIAL_SCHEDULE_STATE) -
            expected,
        ) / expected,
    );
    expect(errors).toHaveLength(stepsTotal);
    expect(Math.max(...errors)).toBeLessThan(TOLERANCE);
  });
});
