/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeSafetensors, type HostTensors, readSafetensors } from '../../../activities/training/safetensors';
import { TensorFlowEngine } from '../../../activities/training/tensorflow/tensorflow-engine';
import type { TrainJob, TrainReport } from '../../../activities/trial/protocol';
import type { InitialWeights, ModelSpec } from '../../../workflows/words/study';
import { finished, measurementOf, trainInProcess, trainerInProcess } from '../../support/train-in-process';
import { digitsJob, freshFolder, type LocalDigits, packedDigits, tensorBits } from '../../support/trainer';

let digits: LocalDigits;
const engine = new TensorFlowEngine();
beforeAll(async () => {
  digits = await packedDigits();
});
afterAll(() => engine.close());

const NETWORK: ModelSpec = {
  layers: [
    { className: 'Conv2D', config: { filters: 4, kernelSize: 3, name: 'conv' } },
    { className: 'BatchNormalization', config: { name: 'norm' } },
    { className: 'Flatten', config: {} },
    { className: 'Dense', config: { units: 10, name: 'head' } },
  ],
};
const all: InitialWeights = { exclude: [], allowMissing: false };

const train = (more: Partial<TrainJob>, trial: Partial<TrainJob['trial']> = {}): Promise<TrainReport> =>
  finished(trainerInProcess(engine).trainer, digitsJob(digits, { model: NETWORK, ...more, trial }));

/** Of a training that moves no weight: what it began with, with moving statistics after its steps. */
const STILL = { seed: 5, limit: { steps: 1 }, hparams: { learningRate: 1e-12, batchSize: 575 } };
const still = (initialWeights: string, how: Partial<InitialWeights> = {}, model = NETWORK): Promise<TrainReport> =>
  train({ initialWeights, model: { ...model, initialWeights: { ...all, ...how } }, optimizer: { name: 'sgd' } }, STILL);

const fileOf = (tensors: HostTensors, metadata = {}): string => {
  const file = path.join(freshFolder(), 'others.safetensors');
  writeSafetensors(file, tensors, metadata);
  return file;
};

describe('a training from the weights of an earlier one', () => {
  it('begins where that one was best, whatever its own seed', async () => {
    const earlier = await train({}, { limit: { epochs: 2 }, hparams: { learningRate: 0.01, batchSize: 64 } });
    const [before, began] = [
      tensorBits(earlier.weightsPath!),
      tensorBits((await still(earlier.weightsPath!)).weightsPath!),
    ];
    for (const name of ['layers.1.kernel', 'layers.1.bias', 'layers.2.gamma', 'layers.4.kernel'])
      expect([name, began.get(name)]).toEqual([name, before.get(name)]);
  });

  it('with a fresh optimizer, and from a checkpoint on without the file, to the same bits', async () => {
    const { weightsPath } = await train({}, { hparams: { learningRate: 0.01, batchSize: 64 } });
    const model = { ...NETWORK, initialWeights: all };
    const job = (more: Partial<TrainJob> = {}): TrainJob =>
      digitsJob(digits, {
        model,
        initialWeights: weightsPath,
        checkpointEverySteps: 5,
        ...more,
        trial: { limit: { steps: 9 } },
      });
    const whole = await finished(trainerInProcess(engine).trainer, job());
    const { checkpoint } = await trainInProcess(engine, job(), { stopAt: 5 });
    const resumed = await finished(
      trainerInProcess(engine).trainer,
      job({ resumeFrom: checkpoint!.path, initialWeights: null }),
    );
    expect(tensorBits(resumed.weightsPath!)).toEqual(tensorBits(whole.weightsPath!));
    const fresh = await finished(trainerInProcess(engine).trainer, job({ initialWeights: null, model: NETWORK }));
    expect(measurementOf(fresh).stepLosses[0]!.loss).toBeGreaterThan(2 * measurementOf(whole).stepLosses[0]!.loss);
  });

  it('takes layers by their names, wherever they stand, and leaves those that are excluded to its seed', async () => {
    const { weightsPath } = await train({}, STILL);
    const deeper: ModelSpec = {
      layers: [
        { className: 'ZeroPadding2D', config: {} },
        { className: 'Cropping2D', config: { cropping: 1 } },
        ...('layers' in NETWORK ? NETWORK.layers : []),
      ],
    };
    const seeded = tensorBits((await train({ model: deeper, optimizer: { name: 'sgd' } }, STILL)).weightsPath!);
    const began = tensorBits((await still(weightsPath!, { exclude: ['head'] }, deeper)).weightsPath!);
    expect(began.get('layers.3.kernel')).toBe(tensorBits(weightsPath!).get('layers.1.kernel'));
    expect(began.get('layers.3.kernel')).not.toBe(seeded.get('layers.3.kernel'));
    expect(began.get('layers.6.kernel')).toBe(seeded.get('layers.6.kernel'));
  });

  it('is invalid with all that does not fit, by name, and what to do', async () => {
    const { weightsPath } = await train({}, STILL);
    const other: ModelSpec = {
      layers: [
        { className: 'Conv2D', config: { filters: 5, kernelSize: 3, name: 'conv' } },
        { className: 'Flatten', config: {} },
        { className: 'Dense', config: { units: 10, name: 'logits' } },
      ],
    };
    const { outcome } = await still(weightsPath!, { exclude: ['hed'] }, other);
    expect(outcome).toEqual({
      status: 'invalid',
      reason:
        "model.initialWeights do not fit: exclude: 'hed' is no layer of the model, known here: image, conv, layer-1, logits; conv/kernel must be [3, 3, 1, 5], is [3, 3, 1, 4]; conv/bias must be [5], is [4]; logits/kernel is not there; logits/bias is not there; name layers that should start anew in exclude",
    });
  });
});

describe('weights of another program', () => {
  const kernel = { shape: [3, 3, 1, 4], values: Float32Array.from({ length: 36 }, (_, i) => (i + 1) / 36) };
  const count = { shape: [], values: Float32Array.of(7) };

  it.each(['conv/kernel', 'conv.kernel', 'conv/kernel:0'])(
    'are found as %s, and what is missing may be let',
    async (name) => {
      const file = fileOf(
        new Map([
          [name, kernel],
          ['norm.num_batches_tracked', count],
        ]),
        { format: 'tf' },
      );
      expect((await still(file)).outcome).toMatchObject({
        status: 'invalid',
        reason: expect.stringContaining('conv/bias is not there'),
      });
      const began = readSafetensors((await still(file, { allowMissing: true })).weightsPath!);
      expect(began.tensors.get('layers.1.kernel')!.values).toEqual(kernel.values);
    },
  );

  it('that are no numbers to compute with are told beside the others, whatever its metadata say', async () => {
    const file = fileOf(new Map([['conv/kernel', kernel]]), { format: 'stepwell-weights/1', layers: '{' });
    writeFileSync(file, readFileSync(file, 'latin1').replace('F32', 'U32'), 'latin1');
    expect((await still(file, { exclude: ['norm', 'head'] })).outcome).toMatchObject({
      status: 'invalid',
      reason: expect.stringMatching(/conv\/kernel must have numbers of F32.*, has U32; conv\/bias is not there/),
    });
  });

  it("are told to be PyTorch's by their names: no layout is guessed", async () => {
    const { outcome } = await still(fileOf(new Map([['conv.weight', kernel]])), { allowMissing: true });
    expect(outcome).toMatchObject({
      reason: expect.stringMatching(/none of its tensors.*PyTorch's.*layouts are not guessed/),
    });
  });
});
