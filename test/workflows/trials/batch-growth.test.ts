import fc from 'fast-check';
import {
  batchGrowth,
  batchSizesOf,
  milestonesOf,
  type BatchSizeSchedule,
  type GrowingTraining,
} from '../../../workflows/trials/batch-growth';
import { batchPhases, examplesAfter, phaseAt, stepReaching, stepsOf } from '../../../workflows/trials/length';

const TRAINING: GrowingTraining = {
  batchSize: 32,
  epochs: 10,
  schedule: { name: 'constant' },
  writtenEpochs: 10,
  trainExamples: 10_000,
  sizeMax: Infinity,
};

const milestones = (
  schedule: BatchSizeSchedule,
  training: Partial<GrowingTraining> = {},
): readonly (readonly [number, number])[] =>
  milestonesOf(batchGrowth(schedule, { ...TRAINING, ...training })).map(({ epoch, batchSize }) => [epoch, batchSize]);

describe('batches grow', () => {
  const at = [
    { epoch: 3, batchSize: 64 },
    { epoch: 6, batchSize: 256 },
  ];

  it("at the epochs that a study gives, stretched to the training's own length", () => {
    expect(milestones({ name: 'milestones', at, learningRate: 'keep' })).toEqual([
      [3, 64],
      [6, 256],
    ]);
    expect(milestones({ name: 'milestones', at, learningRate: 'keep' }, { epochs: 5 })).toEqual([
      [1.5, 64],
      [3, 256],
    ]);
  });

  it('never down, and never beyond what is allowed', () => {
    expect(milestones({ name: 'milestones', at, learningRate: 'keep' }, { batchSize: 100 })).toEqual([[6, 256]]);
    expect(milestones({ name: 'milestones', at, learningRate: 'keep' }, { sizeMax: 128 })).toEqual([
      [3, 64],
      [6, 128],
    ]);
    expect(batchGrowth({ name: 'milestones', at, learningRate: 'keep' }, { ...TRAINING, sizeMax: 32 })).toBeUndefined();
  });

  it('twofold every so many epochs, by default up to a tenth of the examples', () => {
    expect(milestones({ name: 'doubling', every: 2, max: 200, learningRate: 'coScale' })).toEqual([
      [2, 64],
      [4, 128],
    ]);
    expect(milestones({ name: 'doubling', every: 1, learningRate: 'keep' }).at(-1)).toEqual([4, 512]);
  });

  it('by the noise scale through doublings', () => {
    const growth = batchGrowth({ name: 'noiseScale', max: 300, measureEverySteps: 8, learningRate: 'keep' }, TRAINING);
    expect(growth).toEqual({ learningRate: 'keep', noiseScale: { sizes: [64, 128, 256], measureEverySteps: 8 } });
    expect(batchSizesOf(32, growth)).toEqual([32, 64, 128, 256]);
  });
});

describe('growth in the place of a learning rate that falls', () => {
  it("takes a piecewise schedule's milestones and the inverse of its factors", () => {
    const schedule = {
      name: 'piecewise',
      milestones: [
        { epoch: 3, factor: 0.2 },
        { epoch: 6, factor: 0.04 },
        { epoch: 8, factor: 0.008 },
      ],
    } as const;
    // 32 x 5 = 160, x 5 = 800, x 5 = 4,000, of which a tenth of the examples allows 1,000.
    expect(milestones({ name: 'decayToGrowth', factor: 2 }, { schedule })).toEqual([
      [3, 160],
      [6, 800],
      [8, 1000],
    ]);
    expect(batchGrowth({ name: 'decayToGrowth', factor: 2 }, { ...TRAINING, schedule })).toMatchObject({
      learningRate: 'compensate',
    });
  });

  it('cuts an exponential schedule where it has fallen by the factor', () => {
    const schedule = { name: 'exponential', factorPerEpoch: 0.5 ** (1 / 3) } as const;
    const found = milestones({ name: 'decayToGrowth', factor: 2 }, { schedule });
    expect(found.map(([, size]) => size)).toEqual([64, 128, 256]);
    found.forEach(([epoch], i) => expect(epoch).toBeCloseTo(3 * (i + 1), 9));
  });
});

const anyMilestones = fc
  .uniqueArray(
    fc.record({ epoch: fc.double({ min: 0.01, max: 6, noNaN: true }), batchSize: fc.integer({ min: 1, max: 90 }) }),
    { selector: ({ epoch }) => epoch, maxLength: 5 },
  )
  .map((list) => [...list].sort((a, b) => a.epoch - b.epoch));

describe('the phases of a training', () => {
  it('cut the stream without a gap, each from the first step at its epoch or later', () => {
    fc.assert(
      fc.property(
        anyMilestones,
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 90 }),
        (list, trainExamples, batchSize) => {
          const phases = batchPhases(batchSize, list, trainExamples);
          let examples = 0;
          for (let step = 0; step < 60; step++) {
            const size = list.findLast(({ epoch }) => epoch * trainExamples <= examples)?.batchSize ?? batchSize;
            expect([step, examplesAfter(phases, step), phaseAt(phases, step).batchSize]).toEqual([
              step,
              examples,
              size,
            ]);
            examples += size;
          }
        },
      ),
    );
  });

  it('end an epoch with the first step that completes a pass', () => {
    fc.assert(
      fc.property(
        anyMilestones,
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 8 }),
        (list, trainExamples, batchSize, epochs) => {
          const phases = batchPhases(batchSize, list, trainExamples);
          const steps = stepsOf({ epochs }, trainExamples, batchSize, list);
          expect(stepReaching(phases, epochs * trainExamples)).toBe(steps);
          expect(examplesAfter(phases, steps)).toBeGreaterThanOrEqual(epochs * trainExamples);
          expect(examplesAfter(phases, steps - 1)).toBeLessThan(epochs * trainExamples);
        },
      ),
    );
  });
});
