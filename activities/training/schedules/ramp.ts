import type { Schedule } from './schedule';

/** Learning rates from `from` at the first step to `to` at the last, evenly in their logarithm: the learning-rate range test. */
export const ramp: Schedule<'ramp'> = {
  factor: () => 1,
  rate: ({ from, to }, { step, stepsTotal }) => from * (to / from) ** (step / Math.max(1, stepsTotal - 1)),
};
