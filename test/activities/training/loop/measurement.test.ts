import { summarizeStepTimes } from '../../../../activities/training/loop/measurement';

describe('step times', () => {
  it('are summed up by their quantiles after the warm-up', () => {
    expect(summarizeStepTimes([99, 98, ...Array.from({ length: 11 }, (_, i) => 10 - i)], 2)).toEqual({
      median: 5,
      p10: 1,
      p90: 9,
      count: 11,
    });
  });

  it('of a trial no longer than its warm-up are unknown', () => {
    expect(summarizeStepTimes([1, 2], 2)).toBeNull();
  });
});
