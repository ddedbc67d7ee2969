/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { readCheckpoint } from '../../../../activities/training/loop/checkpoint';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import { readSafetensors } from '../../../../activities/training/safetensors';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import { splitIndices } from '../../../../activities/datasets/packed/split';
import type { CheckpointFile, TrainJob } from '../../../../activities/trial/protocol';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { HParams, TrialSpec } from '../../../../workflows/words/trial';
import { CompiledEngines, difference, TOLERANCE } from '../../../support/compiled-engines';
import { createEagerEngine } from '../../../support/eager-engine';
import { finished, measurementOf, trainInProcess, trainerInProcess } from '../../../support/train-in-process';
import {
  digitsJob,
  type LocalDigits,
  packedDigits,
  STATEFUL_MODEL,
  tensorBits,
  withoutTimes,
} from '../../../support/trainer';

let digits: LocalDigits;
const engine = new TensorFlowEngine();
beforeAll(async () => {
  digits = await packedDigits();
});
afterAll(() => engine.close());

/** 1,150 examples: 5 steps an epoch. */
const BASE = { batchSize: 230, learningRate: 0.02, dropoutRate: 0.2, shift: 0.1 };
const EMA = { emaDecay: 0.9 };
const SWA = { swaStartFraction: 0.5 };
const NORMALIZED_FIRST: ModelSpec = {
  layers: [
    { className: 'BatchNormalization', config: { momentum: 0.99, name: 'norm' } },
    { className: 'Flatten', config: {} },
    { className: 'Dense', config: { units: 10 } },
  ],
};

const job = (hparams: HParams, more: Partial<TrainJob> = {}, trial: Partial<TrialSpec> = {}): TrainJob =>
  digitsJob(digits, {
    model: STATEFUL_MODEL,
    checkpointEverySteps: 1,
    ...more,
    trial: { limit: { epochs: 4 }, ...trial, hparams: { ...BASE, ...hparams } },
  });

describe('averaged weights', () => {
  it.each([EMA, SWA])('are advanced in the graph as op by op: %j', async (averaging) => {
    const engines = await CompiledEngines.onDigits();
    const hparams = { ...BASE, ...averaging, momentum: 0.9 };
    const plan = await engines.plan({ preset: 'resnet20', freeze: ['stem*'] }, 'momentum', hparams);
    const compiled = engines.train(engines.compile(plan), plan, hparams, 2);
    const eager = engines.train(createEagerEngine(plan, engines.data), plan, hparams, 2);
    expect(difference(compiled.state, eager.state)).toBeLessThan(20 * TOLERANCE);
    expect([...compiled.state.keys()].filter((name) => name.startsWith('slots.average.layers.1.'))).toEqual([]);
    engines.close();
  });

  it('are what is validated, kept and tested, with their own moving statistics under ema', async () => {
    const checkpoints: CheckpointFile[] = [];
    const onCheckpoint = (file: CheckpointFile): void => void checkpoints.push(file);
    const { report } = await trainInProcess(engine, job(EMA, {}, { evaluate: { validation: 'epoch', test: true } }), {
      onCheckpoint,
    });
    const measurement = measurementOf(report!);
    const best = checkpoints.find(({ step }) => step === measurement.best!.step)!;
    const { tensors } = readCheckpoint(best.path);
    const { tensors: kept } = readSafetensors(report!.weightsPath!);
    for (const [name, { values }] of kept)
      expect([name, values]).toEqual([name, tensors.get(`slots.average.${name}`)!.values]);
    expect(kept.get('layers.1.kernel')!.values).not.toEqual(tensors.get('layers.1.kernel')!.values);
    // The same weights as they are, in a training that moves them no more.
    const again = await finished(
      trainerInProcess(engine).trainer,
      job(
        { learningRate: 1e-12, shift: 0, dropoutRate: 0 },
        {
          initialWeights: report!.weightsPath,
          optimizer: { name: 'sgd' },
          model: { ...STATEFUL_MODEL, freeze: ['layer-1'] },
        },
      ),
    );
    expect(measurementOf(again).curve[0]!.values.valLoss).toBeCloseTo(measurement.best!.values.valLoss!, 6);
  });

  it('of swa are the mean at the ends of epochs, and what batch normalization sees is taken anew', async () => {
    const checkpoints: CheckpointFile[] = [];
    const onCheckpoint = (file: CheckpointFile): void => void checkpoints.push(file);
    const { report } = await trainInProcess(
      engine,
      job(
        { ...SWA, shift: 0, dropoutRate: 0 },
        { model: NORMALIZED_FIRST },
        { evaluate: { validation: 'end', test: false } },
      ),
      { onCheckpoint },
    );
    const at = (step: number): Float32Array =>
      readCheckpoint(checkpoints.find((file) => file.step === step)!.path).tensors.get('layers.3.kernel')!.values;
    const { tensors } = readSafetensors(report!.weightsPath!);
    const [third, fourth] = [at(15), at(20)];
    tensors
      .get('layers.3.kernel')!
      .values.forEach((value, i) => expect(value).toBeCloseTo((third[i]! + fourth[i]!) / 2, 6));
    expect(tensors.get('layers.1.moving_mean')!.values[0]).toBeCloseTo(meanPixel(), 6);
    // By its own average, which begins at 0, it would be a fifth of that after 20 steps.
    const moving = readCheckpoint(checkpoints.at(-1)!.path).tensors.get('layers.1.moving_mean')!.values[0]!;
    expect(moving).toBeLessThan(0.25 * meanPixel());
  });

  it.each<[string, HParams, number]>([
    ['ema', EMA, 7],
    ['swa before it begins', SWA, 9],
    ['swa between two averages', SWA, 17],
  ])('go on to the same bits after a stop: %s', async (_, averaging, stopAt) => {
    const whole = await finished(trainerInProcess(engine).trainer, job(averaging));
    const fresh = new TensorFlowEngine();
    const { checkpoint } = await trainInProcess(fresh, job(averaging), { stopAt });
    fresh.close();
    const resumed = await finished(trainerInProcess(engine).trainer, job(averaging, { resumeFrom: checkpoint!.path }));
    expect(tensorBits(resumed.weightsPath!)).toEqual(tensorBits(whole.weightsPath!));
    expect(withoutTimes(measurementOf(resumed))).toEqual(withoutTimes(measurementOf(whole)));
  });

  it('leave the training itself as it is, to the bit', async () => {
    const last = async (averaging: HParams): Promise<ReadonlyMap<string, string>> => {
      const { checkpoint } = await trainInProcess(engine, job(averaging));
      return new Map([...tensorBits(checkpoint!.path)].filter(([name]) => !/^(best|slots\.average)\./.test(name)));
    };
    const plain = await last({});
    expect(await last(EMA)).toEqual(plain);
    expect(await last(SWA)).toEqual(plain);
  });
});

/** Of the training split, from 0 to 1. */
function meanPixel(): number {
  const { train } = loadDataset(digits.datasetFolder);
  const indices = splitIndices(digits.dataset.split).train;
  const pixels = new Uint8Array(indices.length * 64);
  train.images.read(indices, pixels);
  return pixels.reduce((sum, pixel) => sum + pixel / 255, 0) / pixels.length;
}
