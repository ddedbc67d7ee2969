/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import { native } from '../../../../activities/training/tensorflow/native';
import type { CheckpointFile, TrainJob, TrainReport } from '../../../../activities/trial/protocol';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { TrialSpec } from '../../../../workflows/words/trial';
import { trainInProcess } from '../../../support/train-in-process';
import { digitsJob, type LocalDigits, packedDigits, tensorBits, withoutTimes } from '../../../support/trainer';

let digits: LocalDigits;
beforeAll(async () => {
  digits = await packedDigits();
});

const [resident, streaming] = [new TensorFlowEngine(), new TensorFlowEngine(0)];
afterAll(() => [resident, streaming].forEach((engine) => engine.close()));

function resultOf(report: TrainReport | undefined): {
  readonly measurement: object;
  readonly weights: ReadonlyMap<string, string>;
} {
  if (report === undefined || !('measurement' in report.outcome)) throw new Error('expected a measurement');
  return { measurement: withoutTimes(report.outcome.measurement), weights: tensorBits(report.weightsPath!) };
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

/**
 * Augmentation, dropout, the noise scale of an odd batch, growth within a pass, a validation part that fills no batch,
 * the test part.
 */
const jobOf = (trial: Partial<TrialSpec> = {}, more: Partial<Omit<TrainJob, 'trial'>> = {}): TrainJob =>
  digitsJob(digits, {
    model: MODEL,
    checkpointEverySteps: 5,
    ...more,
    trial: {
      limit: { epochs: 3 },
      batchGrowth: { learningRate: 'compensate', milestones: [{ epoch: 1.3, batchSize: 70 }] },
      evaluate: { validation: 'epoch', test: true },
      record: { stepLosses: true, noiseScaleEvery: 3 },
      ...trial,
      hparams: { batchSize: 33, learningRate: 0.01, shift: 0.1, mixup: 0.2, ...trial.hparams },
    },
  });

/** The same training of images in memory. */
let whole: ReturnType<typeof resultOf>;
beforeAll(async () => {
  whole = resultOf((await trainInProcess(resident, jobOf())).report);
});

describe('a training whose images are read from the disk batch by batch', () => {
  it('ends in the bits and the measurement of one whose images are in memory', async () => {
    expect(resultOf((await trainInProcess(streaming, jobOf())).report)).toEqual(whole);
  });

  it('does so where the noise of its gradients decides how its batches grow, which it cannot know ahead', async () => {
    const job = jobOf({
      batchGrowth: { learningRate: 'coScale', noiseScale: { sizes: [66, 132], measureEverySteps: 2 } },
    });
    expect(resultOf((await trainInProcess(streaming, job)).report)).toEqual(
      resultOf((await trainInProcess(resident, job)).report),
    );
  });

  it('ends in the same bits when it is stopped within an epoch and resumed', async () => {
    const { report, checkpoint } = await trainInProcess(streaming, jobOf({}, { checkpointEverySteps: 1 }), {
      stopAt: 50,
    });
    expect([report, checkpoint!.step]).toEqual([undefined, 50]);
    expect(resultOf((await trainInProcess(streaming, jobOf({}, { resumeFrom: checkpoint!.path }))).report)).toEqual(
      whole,
    );
  });

  it('whose data is cut off fails by the name of the file, and goes on from its checkpoint to the same bits once that is repaired', async () => {
    const mine = await packedDigits();
    const file = path.join(mine.datasetFolder, 'train-images-00000.u8');
    const images = readFileSync(file);
    const checkpoints: CheckpointFile[] = [];
    const engine = new TensorFlowEngine(0);
    const onCheckpoint = (checkpoint: CheckpointFile): void => {
      checkpoints.push(checkpoint);
      truncateSync(file, 64);
    };
    const broken = trainInProcess(engine, jobOf({}, { ...mine, checkpointEverySteps: 40 }), { onCheckpoint });
    await expect(broken).rejects.toMatchObject({
      failure: 'TrainerCrashed',
      message: expect.stringContaining('packed file ends too early [file=train-images-00000.u8'),
    });
    writeFileSync(file, images);
    expect(
      resultOf((await trainInProcess(engine, jobOf({}, { ...mine, resumeFrom: checkpoints[0]!.path }))).report),
    ).toEqual(whole);
    engine.close();
  });
});

const FLAT: ModelSpec = {
  layers: [
    { className: 'Flatten', config: {} },
    { className: 'Dense', config: { units: 10 } },
  ],
};

describe('engines that hold their images', () => {
  it('are as many as the budget has room for, and streamed ones as many as ever', async () => {
    const bytes = 1797 * 64;
    for (const [residentBytes, held] of [
      [2.5 * bytes, 2],
      [bytes, 1],
      [bytes - 1, 3],
    ] as const) {
      const engine = new TensorFlowEngine(residentBytes);
      const before = native().binding.getNumOfSavedModels();
      for (const batchSize of [8, 16, 24])
        await trainInProcess(
          engine,
          digitsJob(digits, { model: FLAT, trial: { limit: { steps: 2 }, hparams: { batchSize } } }),
        );
      expect([residentBytes, native().binding.getNumOfSavedModels() - before]).toEqual([residentBytes, held]);
      engine.close();
      expect(native().binding.getNumOfSavedModels()).toBe(before);
    }
  });
});
