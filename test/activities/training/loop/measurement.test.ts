import { measurementOf, summarizeStepTimes } from '../../../../activities/training/loop/measurement';
import { INITIAL_STATE } from '../../../../activities/training/loop/training-state';
import type { TrialFacts } from '../../../../activities/training/loop/trial-facts';

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

it('keeps all metrics of the best epoch, and of the curve those that plots and rules read', () => {
  const values = { valLoss: 1, valAccuracy: 0.5, valMacroF1: 0.4, valAuc: 0.7 };
  const line = { epoch: 1, step: 4, learningRate: 0.1, trainLoss: 1, values, deviceSeconds: 1 };
  const unseen = { ...line, epoch: 2, values: {} };
  const { best, curve } = measurementOf({
    metric: 'valMacroF1',
    state: { ...INITIAL_STATE, step: 4, curve: [line, unseen], best: line },
    facts: { phases: [{ step: 0, examples: 0, batchSize: 8 }], trainExamples: 32 } as unknown as TrialFacts,
    test: null,
    parameters: 1,
    onGpu: false,
    stepSeconds: [],
    stepTimesAfter: undefined,
  });
  expect(best).toBe(line);
  expect(curve.map((one) => one.values)).toEqual([{ valLoss: 1, valAccuracy: 0.5, valMacroF1: 0.4 }, {}]);
});
