/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { PRESET_NAMES } from '../../../../activities/training/engine';
import { evaluationHead } from '../../../../activities/training/tensorflow/compiled/evaluation-head';
import { heads } from '../../../../activities/training/tensorflow/compiled/heads';
import { lacksDeterministicKernel } from '../../../../activities/training/tensorflow/compiled/recording/gpu-determinism';
import { recordStep } from '../../../../activities/training/tensorflow/compiled/recording/record-step';
import { layoutOf, stateNodes } from '../../../../activities/training/tensorflow/compiled/state-layout';
import { residentInput } from '../../../../activities/training/tensorflow/input/resident-input';
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { trainable } from '../../../../activities/training/tensorflow/model/trainable';
import { inputOf, native, type NativeBinding, tf } from '../../../../activities/training/tensorflow/native';
import { OPTIMIZERS } from '../../../../activities/training/tensorflow/optimizers';
import { planStep } from '../../../../activities/training/tensorflow/step';
import { LAYER_CLASSES } from '../../../../workflows/spec/layer-classes';
import type { OptimizerName } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { CLASSES, EVERY_LAYER, everyLayer, SHAPE, UNTRAINABLE } from '../../../support/every-layer';

const EVERYTHING: HParams = {
  momentum: 0.9,
  l1: 1e-5,
  l2: 1e-4,
  clipNorm: 1,
  clipValue: 0.5,
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  dropoutRate: 0.2,
  flip: 0.5,
  shift: 0.2,
  rotation: 20,
  cutout: 0.3,
  brightness: 0.2,
  contrast: 0.2,
  mixup: 0.3,
};

const models: TrainableModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

/** Ops of a training's whole graph, steps, noise and evaluation, that a GPU would refuse. */
function refusedOnGpus(model: TrainableModel, optimizer: OptimizerName, hparams: HParams): readonly string[] {
  models.push(model);
  const plan = planStep(model, CLASSES, { name: optimizer }, hparams);
  const recordings = recordStep(plan, true);
  const part = { examples: 1, shape: SHAPE, labels: new Int32Array(1), images: { read: () => undefined } };
  const data = residentInput({ train: part, test: null });
  const nodes = [
    ...stateNodes(layoutOf(plan)),
    ...data.nodes,
    ...heads(recordings, data, [4], plan.scalarNames.length),
    ...evaluationHead(recordings.evaluate, data, 4),
  ];
  expect(nodes.length).toBeGreaterThan(50);
  return nodes.filter(({ op, attributes }) => lacksDeterministicKernel(op, attributes)).map(({ op }) => op);
}

const preset = (name: string, classes = CLASSES): Promise<TrainableModel> =>
  buildModel({ spec: { preset: name }, shape: SHAPE, classes, hparams: EVERYTHING, seed: 1, modelBundle: null });

describe('no op without a deterministic kernel on GPUs', () => {
  it.each(PRESET_NAMES)('is in %s', async (name) => {
    expect(refusedOnGpus(await preset(name), 'adam', {})).toEqual([]);
  });

  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])(
    'is in %s with every penalty, clip and augmentation',
    async (optimizer) => {
      expect(refusedOnGpus(await preset('mnist-cnn'), optimizer, EVERYTHING)).toEqual([]);
    },
  );

  it.each(EVERY_LAYER)('is in a network with %s', async (name) => {
    expect(refusedOnGpus(await everyLayer(name), 'sgd', {})).toEqual([]);
  });

  it('is looked for in every class of layer that a study may name', () => {
    const looked = new Set([...EVERY_LAYER.map((name) => name.split(',')[0]), ...UNTRAINABLE]);
    expect([...looked].sort()).toEqual([...LAYER_CLASSES].sort());
  });
});

/** Enlarges by no whole factor. */
class Enlarged extends tf.layers.Layer {
  static readonly className = 'Enlarged';

  override computeOutputShape(): (number | null)[] {
    return [null, 11, 11, 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.image.resizeNearestNeighbor(inputOf(inputs) as tf.Tensor4D, [11, 11]);
  }
}

describe('a layer that uses one', () => {
  const backend = native() as { binding: NativeBinding };
  const { binding } = backend;
  afterEach(() => {
    backend.binding = binding;
  });

  it('is refused by name where training would run on a GPU', () => {
    const network = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [...SHAPE] }),
        new Enlarged({ name: 'zoom' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: CLASSES }),
      ],
    });
    const model = trainable(network, { shape: SHAPE, classes: CLASSES, hparams: {}, seed: () => 1 }, 'module');
    expect(refusedOnGpus(model, 'sgd', {})).toContain('ResizeNearestNeighborGrad');
    backend.binding = Object.create(binding, { isUsingGpuDevice: { value: () => true } }) as NativeBinding;
    expect(() => recordStep(planStep(model, CLASSES, { name: 'sgd' }, {}), false)).toThrow(
      "model cannot be compiled: layer 'zoom' (Enlarged) uses ResizeNearestNeighborGrad, which TensorFlow cannot repeat to the bit on a GPU; train on CPUs",
    );
  });
});
