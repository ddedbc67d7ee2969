/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import type { TrainJob, TrainReport } from '../../../../activities/trial/protocol';
import type { BatchGrowth } from '../../../../workflows/trials/batch-growth';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { Measurement } from '../../../../workflows/words/outcome';
import type { TrialSpec } from '../../../../workflows/words/trial';
import { trainInProcess, type TrainOptions } from '../../../support/train-in-process';
import { digitsJob, type LocalDigits, packedDigits, tensorBits, withoutTimes } from '../../../support/trainer';

let digits: LocalDigits;
beforeAll(async () => {
  digits = await packedDigits();
});

const engine = new TensorFlowEngine();
afterAll(() => engine.close());

const train = (job: TrainJob, options?: TrainOptions) => trainInProcess(engine, job, options);

function measurementOf(report: TrainReport | undefined): Measurement {
  if (report === undefined || !('measurement' in report.outcome)) throw new Error('expected a measurement');
  return report.outcome.measurement;
}

const MODEL: ModelSpec = {
  layers: [
    { className: 'Conv2D', config: { filters: 4, kernelSize: 3, activation: 'relu' } },
    { className: 'BatchNormalization', config: {} },
    { className: 'Flatten', config: {} },
    { className: 'Dropout', config: { rate: 0.2 } },
    { className: 'Dense', config: { units: 10 } },
  ],
};

const jobOf = (trial: Partial<TrialSpec>, more: Partial<Omit<TrainJob, 'trial'>> = {}): TrainJob =>
  digitsJob(digits, {
    model: MODEL,
    checkpointEverySteps: 5,
    ...more,
    trial: {
      schedule: { name: 'exponential', factorPerEpoch: 0.7, warmupSteps: 5 },
      ...trial,
      hparams: { batchSize: 32, learningRate: 0.01, ...trial.hparams },
    },
  });

const FIXED: BatchGrowth = {
  learningRate: 'compensate',
  milestones: [
    { epoch: 1, batchSize: 50 },
    { epoch: 2.5, batchSize: 80 },
  ],
};
const BY_NOISE: BatchGrowth = { learningRate: 'coScale', noiseScale: { sizes: [64, 128, 256], measureEverySteps: 2 } };

describe('a training whose batches grow', () => {
  it('ends its epochs where the larger batches complete the passes, at learning rates that make up for the size', async () => {
    const { curve, steps, examples } = measurementOf(
      (await train(jobOf({ batchGrowth: FIXED, limit: { epochs: 4 } }))).report,
    );
    // 1,150 examples: 36 batches of 32 end the first pass at 1,152; 50s end the second at 2,302 (59); at 2,902 (71)
    // begin 80s: 3,462 (78), 4,662 (93).
    expect(curve.map(({ epoch, step, batchSize }) => [epoch, step, batchSize])).toEqual([
      [1, 36, 32],
      [2, 59, 50],
      [3, 78, 80],
      [4, 93, 80],
    ]);
    expect({ steps, examples }).toEqual({ steps: 93, examples: 4662 });
    const rates = [
      [1120, 32],
      [2252, 50],
      [3382, 80],
      [4582, 80],
    ].map(([seen, size]) => (0.01 * 0.7 ** (seen! / 1150) * size!) / 32);
    curve.forEach(({ learningRate }, i) => expect(learningRate).toBeCloseTo(rates[i]!, 12));
  });

  it.each([
    ['at given epochs', FIXED, [36, 72]],
    ['by the noise scale', BY_NOISE, [37, 75]],
  ] as const)('ends in the same bits when it is stopped around a growth %s', async (_, batchGrowth, stops) => {
    const trial = { batchGrowth, limit: { epochs: 4 } } as const;
    const whole = await train(jobOf(trial));
    const sizes = measurementOf(whole.report).curve.map(({ batchSize }) => batchSize!);
    expect(sizes.at(-1)).toBeGreaterThan(sizes[0]!);
    for (const stopAt of stops) {
      const { report, checkpoint } = await train(jobOf(trial, { checkpointEverySteps: 1 }), { stopAt });
      expect([report, checkpoint!.step]).toEqual([undefined, expect.any(Number)]);
      const resumed = await train(jobOf(trial, { resumeFrom: checkpoint!.path }));
      expect(withoutTimes(measurementOf(resumed.report))).toEqual(withoutTimes(measurementOf(whole.report)));
      expect(tensorBits(resumed.report!.weightsPath!)).toEqual(tensorBits(whole.report!.weightsPath!));
    }
  });
});

it('measuring the noise scale changes no bit of a training, and is the same after a resume', async () => {
  const [off, on] = await Promise.all(
    [{ stepLosses: true }, { stepLosses: true, noiseScaleEvery: 3 }].map((record) =>
      train(jobOf({ record, limit: { epochs: 2 } })),
    ),
  );
  expect(tensorBits(on!.report!.weightsPath!)).toEqual(tensorBits(off!.report!.weightsPath!));
  const { noiseScale, ...rest } = measurementOf(on!.report);
  expect(withoutTimes(rest)).toEqual(withoutTimes(measurementOf(off!.report)));
  expect(noiseScale).toMatchObject({ small: { batchSize: 16 }, large: { batchSize: 32 } });
  expect(noiseScale!.large.squaredNorms).toHaveLength(24);
  const job = (more: object = {}): TrainJob =>
    jobOf({ record: { stepLosses: true, noiseScaleEvery: 3 }, limit: { epochs: 2 } }, more);
  const { checkpoint } = await train(job(), { stopAt: 31 });
  expect(measurementOf((await train(job({ resumeFrom: checkpoint!.path }))).report).noiseScale).toEqual(noiseScale);
});
