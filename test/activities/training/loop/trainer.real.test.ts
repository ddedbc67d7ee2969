/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import { native, tf } from '../../../../activities/training/tensorflow/native';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import type { TrainJob } from '../../../../activities/trial/protocol';
import type { Measurement } from '../../../../workflows/words/outcome';
import type { ModelSpec } from '../../../../workflows/words/study';
import { imagesOf } from '../../../support/images';
import { finished, measurementOf, trainerInProcess, type TrainerInProcess } from '../../../support/train-in-process';
import { digitsJob, type LocalDigits, packedDigits, STATEFUL_MODEL, tensorBits } from '../../../support/trainer';

let digits: LocalDigits;
beforeAll(async () => {
  digits = await packedDigits();
});

const engines: TensorFlowEngine[] = [];
afterEach(() => engines.splice(0).forEach((engine) => engine.close()));

/** A trainer with an engine of its own. */
function freshTrainer(): TrainerInProcess {
  const engine = new TensorFlowEngine();
  engines.push(engine);
  return trainerInProcess(engine);
}

describe('a trial', () => {
  it('is validated and tested by the labels themselves, however smooth the targets that it trains with', async () => {
    const { trainer } = freshTrainer();
    const measuredWith = async (labelSmoothing: number): Promise<Measurement> => {
      const trial = {
        // So low that no weight moves: both have the outputs of the same network.
        hparams: { batchSize: 575, learningRate: 1e-12, labelSmoothing },
        evaluate: { validation: 'epoch', test: true },
      } as const;
      return measurementOf(await finished(trainer, digitsJob(digits, { optimizer: { name: 'sgd' }, trial })));
    };
    const plain = await measuredWith(0);
    const smoothed = await measuredWith(0.4);
    expect(smoothed.curve[0]!.values.valLoss).toBe(plain.curve[0]!.values.valLoss);
    expect(smoothed.test!.values.loss).toBe(plain.test!.values.loss);
    expect(smoothed.trainLoss).not.toBe(plain.trainLoss);
  });

  it('measures every epoch, keeps the best one, and writes no checkpoint before its time', async () => {
    const { trainer, checkpoints } = freshTrainer();
    const report = await finished(
      trainer,
      digitsJob(digits, {
        trial: {
          limit: { epochs: 4 },
          hparams: { batchSize: 100, learningRate: 3e-3 },
          record: { stepLosses: true, stepTimesAfter: 3 },
        },
      }),
    );
    const measurement = measurementOf(report);
    expect(report.outcome.status).toBe('completed');
    // 1,150 examples in batches of 100: passes end within batches 12, 23, 35 and 46.
    expect(measurement.curve.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 12],
      [2, 23],
      [3, 35],
      [4, 46],
    ]);
    expect(measurement).toMatchObject({ steps: 46, epochs: 4, examples: 4600, parameters: 29_066, test: null });
    const losses = measurement.curve.map(({ values }) => values.valLoss!);
    expect(measurement.best?.values.valLoss).toBe(Math.min(...losses));
    expect(measurement.best?.values.valAccuracy).toBeGreaterThan(0.85);
    expect(checkpoints).toEqual([]);
    expect(measurement.stepLosses.map(({ step }) => step)).toEqual(Array.from({ length: 46 }, (_, i) => i + 1));
    expect(measurement.stepSeconds).toMatchObject({ count: 43 });
    expect(measurement.peakBytes).toBeGreaterThan(1e8);
  });

  it('writes checkpoints by the clock to the same bits, and none where nobody goes on with it', async () => {
    const trial = { limit: { steps: 30 }, hparams: { batchSize: 100 } };
    const always = { checkpointEverySeconds: 1e-9, trial };
    const [rarely, often, alone] = [freshTrainer(), freshTrainer(), freshTrainer()];
    const bits = async ({ trainer }: TrainerInProcess, job: TrainJob) =>
      tensorBits((await finished(trainer, job)).weightsPath!);
    const expected = await bits(rarely, digitsJob(digits, { trial }));
    expect(await bits(often, digitsJob(digits, always))).toEqual(expected);
    const fresh = { ...always, trial: { ...trial, process: 'fresh' as const } };
    expect(await bits(alone, digitsJob(digits, fresh))).toEqual(expected);
    expect([rarely, often, alone].map(({ checkpoints }) => checkpoints.length)).toEqual([0, 30, 0]);
  });

  it('without validation keeps its last weights and has no best epoch', async () => {
    const { trainer, checkpoints } = freshTrainer();
    const report = await finished(
      trainer,
      digitsJob(digits, {
        checkpointEverySteps: 7,
        trial: { limit: { steps: 7 }, evaluate: { validation: 'never', test: true } },
      }),
    );
    expect(measurementOf(report)).toMatchObject({
      best: null,
      steps: 7,
      epochs: 0,
      curve: [{ epoch: 1, step: 7, values: {} }],
      test: { examples: 360 },
    });
    const last = [...tensorBits(checkpoints[0]!.path)].filter(([name]) => name.startsWith('layers.'));
    expect([...tensorBits(report.weightsPath!)]).toEqual(last);
  });

  it('that diverges says at which step, in numbers that JSON can hold', async () => {
    const report = await finished(
      freshTrainer().trainer,
      digitsJob(digits, {
        optimizer: { name: 'sgd' },
        trial: {
          schedule: { name: 'ramp', from: 1e-3, to: 1e4 },
          limit: { steps: 100 },
          stop: { divergenceFactor: 4 },
          evaluate: { validation: 'never', test: true },
        },
      }),
    );
    expect(report.outcome.status).toBe('diverged');
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const { steps, stepLosses, test } = measurementOf(report);
    expect(report.outcome).toMatchObject({ step: steps });
    expect(steps).toBeLessThan(100);
    expect(stepLosses.length).toBeGreaterThanOrEqual(steps - 1);
    expect({ test, weightsPath: report.weightsPath }).toEqual({ test: null, weightsPath: null });
  });

  it('stops early when patience runs out, and completes as soon as its target is reached', async () => {
    const { trainer } = freshTrainer();
    const stale = await finished(
      trainer,
      digitsJob(digits, { trial: { limit: { epochs: 9 }, stop: { patience: 2, minDelta: 100 } } }),
    );
    expect(stale.outcome.status).toBe('earlyStopped');
    expect(measurementOf(stale).epochs).toBe(3);
    const reached = await finished(
      trainer,
      digitsJob(digits, { trial: { limit: { epochs: 9 }, stop: { targetValLoss: 1.9 } } }),
    );
    expect(reached.outcome.status).toBe('completed');
    expect(measurementOf(reached).epochs).toBeLessThan(9);
    expect(measurementOf(reached).best?.values.valLoss).toBeLessThanOrEqual(1.9);
  });

  it('too large for memory is an outcome, after which the trainer trains on', async () => {
    const { trainer } = freshTrainer();
    const huge: ModelSpec = {
      layers: [
        { className: 'Flatten', config: {} },
        { className: 'Dense', config: { units: 1e11 } },
        { className: 'Dense', config: { units: 10 } },
      ],
    };
    expect(await finished(trainer, digitsJob(digits, { model: huge }))).toMatchObject({
      outcome: { status: 'outOfMemory', where: 'host' },
      weightsPath: null,
    });
    expect((await finished(trainer, digitsJob(digits, { trial: { limit: { steps: 3 } } }))).outcome.status).toBe(
      'completed',
    );
  });

  it('leaves no tensor behind', async () => {
    const { trainer } = freshTrainer();
    const job = (): TrainJob =>
      digitsJob(digits, {
        model: STATEFUL_MODEL,
        trial: { limit: { steps: 5 }, exportModel: true, evaluate: { validation: 'end', test: true } },
      });
    await finished(trainer, job());
    const held = (): number[] => [tf.memory().numTensors, native().binding.getNumOfTensors()];
    const before = held();
    await finished(trainer, job());
    const broken: ModelSpec = {
      layers: [
        { className: 'Conv2D', config: { filters: 4, kernelSize: 3 } },
        { className: 'Dense', config: { units: 7 } },
      ],
    };
    expect((await finished(trainer, digitsJob(digits, { model: broken }))).outcome).toEqual({
      status: 'invalid',
      reason: 'model must end in one output of shape [null,10] (an output for each class or target), got [null,6,6,7]',
    });
    expect(held()).toEqual(before);
  });

  it("exports a model that plain TensorFlow.js loads and that answers as the trial's own test did", async () => {
    const report = await finished(
      freshTrainer().trainer,
      digitsJob(digits, {
        model: STATEFUL_MODEL,
        trial: {
          limit: { epochs: 2 },
          hparams: { dropoutRate: 0.2 },
          exportModel: true,
          evaluate: { validation: 'epoch', test: true },
        },
      }),
    );
    const folder = report.modelFolder!;
    const model = await tf.loadLayersModel(tf.io.fileSystem(path.join(folder, 'model.json')));
    const examples = loadDataset(digits.datasetFolder).test!;
    const { shape, labels } = examples;
    const pixels = tf.tensor4d(
      Float32Array.from(imagesOf(examples), (pixel) => pixel / 255),
      [360, ...shape],
    );
    const answers = tf.argMax(model.predict(pixels) as tf.Tensor2D, 1).dataSync();
    const correct = labels.filter((label, i) => label === answers[i]).length;
    const measured = measurementOf(report).test!;
    expect(correct / 360).toBe(measured.values.accuracy);
    expect(measured.topK!.accuracy).toBeGreaterThan(measured.values.accuracy!);
    expect(measured.confusion!.classNames).toHaveLength(10);
    expect(measured.confusion!.counts.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual(
      Array.from({ length: 10 }, (_, label) => labels.filter((other) => other === label).length),
    );
    expect(measured.confusion!.counts.reduce((sum, row, i) => sum + row[i]!, 0)).toBe(correct);
    expect(JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')).userDefinedMetadata).toMatchObject({
      classes: 10,
      preprocessing: 'pixels / 255',
      hparams: { dropoutRate: 0.2 },
    });
    expect(tensorBits(path.join(folder, 'weights.safetensors'))).toEqual(tensorBits(report.weightsPath!));
  });

  it('on a data set that its split does not fit is refused as corrupt data', async () => {
    const { dataset } = digits;
    const job = digitsJob(digits, { dataset: { ...dataset, split: { ...dataset.split, trainExamples: 7 } } });
    await expect(freshTrainer().trainer.train(job)).rejects.toMatchObject({ failure: 'DatasetCorrupt' });
  });
});
