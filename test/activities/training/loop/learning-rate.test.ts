import fc from 'fast-check';
import { learningRateAt } from '../../../../activities/training/loop/learning-rate';
import { INITIAL_SCHEDULE_STATE, scheduledLearningRate } from '../../../../workflows/trials/schedules';
import type { TrialFacts } from '../../../../activities/training/loop/trial-facts';
import type { BatchGrowth } from '../../../../workflows/trials/batch-growth';
import type { ScheduleSpec } from '../../../../workflows/words/schedule';
import { batchPhases, stepsOf } from '../../../../workflows/trials/length';
import type { TrialSpec } from '../../../../workflows/words/trial';

const SCHEDULES: readonly ScheduleSpec[] = [
  { name: 'constant', warmupSteps: 7 },
  { name: 'exponential', factorPerEpoch: 0.7 },
  { name: 'cosine', finalFactor: 0.1, warmupSteps: 3 },
  { name: 'oneCycle', peakFraction: 0.3, initialFactor: 0.04, finalFactor: 0.001 },
  {
    name: 'piecewise',
    milestones: [
      { epoch: 1, factor: 0.5 },
      { epoch: 2.5, factor: 0.1 },
    ],
  },
];

function rateAt(
  step: number,
  schedule: ScheduleSpec,
  {
    batchSize = 32,
    trainExamples = 1000,
    growth,
  }: { readonly batchSize?: number; readonly trainExamples?: number; readonly growth?: BatchGrowth } = {},
): number {
  const phases = batchPhases(
    batchSize,
    growth !== undefined && 'milestones' in growth ? growth.milestones : [],
    trainExamples,
  );
  const trial = {
    schedule,
    hparams: { learningRate: 0.01 },
    ...(growth && { batchGrowth: growth }),
  } as unknown as TrialSpec;
  return learningRateAt(
    step,
    trial,
    { name: 'adam' },
    { limit: { epochs: 4 }, batchSize, phases, trainExamples } as unknown as TrialFacts,
    INITIAL_SCHEDULE_STATE,
  );
}

it("of a training of one batch size is its schedule's, to the bit", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SCHEDULES),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 0, max: 5000 }),
      (schedule, batchSize, trainExamples, step) => {
        const position = {
          step,
          stepsTotal: stepsOf({ epochs: 4 }, trainExamples, batchSize),
          stepsPerEpoch: trainExamples / batchSize,
        };
        expect(rateAt(step, schedule, { batchSize, trainExamples })).toBe(
          scheduledLearningRate(schedule, 0.01, position, INITIAL_SCHEDULE_STATE),
        );
      },
    ),
  );
});

describe('where batches grow', () => {
  const milestones = [{ epoch: 1.024, batchSize: 128 }];

  it('is at the same place of its schedule after the same examples', () => {
    // From step 32 on, after 1,024 examples: 10 steps of 128 are 40 of 32.
    for (const schedule of SCHEDULES)
      expect(rateAt(42, schedule, { growth: { learningRate: 'keep', milestones } })).toBe(rateAt(72, schedule));
  });

  it("follows by the optimizer's rule where that is asked, and makes up for a fall where growth stands for it", () => {
    const exponential = SCHEDULES[1]!;
    expect(rateAt(32, exponential, { growth: { learningRate: 'coScale', milestones } })).toBeCloseTo(
      2 * rateAt(32, exponential),
      12,
    );
    expect(rateAt(31, exponential, { growth: { learningRate: 'coScale', milestones } })).toBe(rateAt(31, exponential));
    const compensate = (batchSize: number): BatchGrowth => ({
      learningRate: 'compensate',
      milestones: [{ epoch: 1.024, batchSize }],
    });
    expect(rateAt(42, exponential, { growth: compensate(40) })).toBeCloseTo(
      (0.01 * 0.7 ** (1424 / 1000) * 40) / 32,
      12,
    );
    expect(rateAt(32, exponential, { growth: compensate(320) })).toBe(0.01);
  });
});
