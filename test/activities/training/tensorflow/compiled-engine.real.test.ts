/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCompiledEngine } from '../../../../activities/training/tensorflow/compiled/compiled-engine';
import { loadDataset, type LoadedDataset } from '../../../../activities/training/examples/dataset';
import { logitsOf } from '../../../../activities/training/tensorflow/evaluate-batch';
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { PRESET_NAMES } from '../../../../activities/training/engine';
import { native, tf } from '../../../../activities/training/tensorflow/native';
import { OPTIMIZERS } from '../../../../activities/training/tensorflow/optimizers';
import type { HostTensors } from '../../../../activities/training/safetensors';
import { planStep, type StepPlan, stepScalars } from '../../../../activities/training/tensorflow/step';
import type { StepEngine } from '../../../../activities/training/engine';
import { assignWeights, initialTensors, weightsOf } from '../../../../activities/training/tensorflow/step-state';
import type { LayerSpec, ModelSpec, OptimizerName } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { createEagerEngine } from '../../../support/eager-engine';
import { imagesOf } from '../../../support/images';
import { packedDigits } from '../../../support/trainer';

const BATCH = 16;
const RATE = 0.01;

let data: LoadedDataset;
beforeAll(async () => {
  data = loadDataset((await packedDigits()).datasetFolder);
});

const models: TrainableModel[] = [];
const engines: StepEngine[] = [];
afterEach(() => {
  engines.splice(0).forEach((engine) => engine.dispose());
  models.splice(0).forEach((model) => model.dispose());
});

async function plan(
  spec: ModelSpec,
  optimizer: OptimizerName,
  hparams: HParams,
  modelFolder: string | null = null,
): Promise<StepPlan> {
  const model = await buildModel({ spec, shape: [8, 8, 1], classes: 10, hparams, seed: 5, modelFolder });
  models.push(model);
  return planStep(model, 10, { name: optimizer }, hparams);
}

function compile(of: StepPlan, batchSize = BATCH): StepEngine {
  const engine = createCompiledEngine({ plan: of, parts: data, batchSizes: [batchSize] });
  engines.push(engine);
  return engine;
}

const batchOf = (step: number): Int32Array =>
  Int32Array.from({ length: BATCH }, (_, i) => (step * BATCH + i * 7) % data.train.examples);

/** Losses and the state after some steps from the model's first weights. */
function train(
  engine: StepEngine,
  of: StepPlan,
  hparams: HParams,
  steps: number,
): { readonly losses: readonly number[]; readonly state: HostTensors } {
  engine.load(initialTensors(of));
  const losses = Array.from({ length: steps }, (_, step) =>
    engine.step(batchOf(step), stepScalars(of, hparams, RATE, step), [5, step]),
  );
  return { losses, state: engine.read() };
}

/** The largest difference within a tensor over the largest element of it, for the worst tensor. */
function difference(a: HostTensors, b: HostTensors): number {
  expect([...a.keys()].sort()).toEqual([...b.keys()].sort());
  return Math.max(
    ...[...a].map(([name, { values }]) => {
      const other = b.get(name)!.values;
      const largest = other.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
      return values.reduce((max, value, i) => Math.max(max, Math.abs(value - other[i]!)), 0) / largest;
    }),
  );
}

/** Both engines train; the initial weights are taken before either runs. */
async function compare(
  spec: ModelSpec,
  optimizer: OptimizerName,
  hparams: HParams,
  steps: number,
  modelFolder: string | null = null,
): Promise<number> {
  const of = await plan(spec, optimizer, hparams, modelFolder);
  const compiled = train(compile(of), of, hparams, steps);
  const eager = train(createEagerEngine(of, data), of, hparams, steps);
  compiled.losses.forEach((loss, i) => expect(Math.abs(loss - eager.losses[i]!)).toBeLessThan(1e-5));
  return difference(compiled.state, eager.state);
}

// TensorFlow fuses and reorders within a graph: float32 sums of a few hundred terms differ by some units in the 7th
// digit.
const TOLERANCE = 2e-6;

describe('the compiled engine against the same step run op by op', () => {
  it.each(PRESET_NAMES)('moves the weights of %s alike', async (preset) => {
    expect(await compare({ preset }, 'sgd', { dropoutRate: 0.3 }, 1)).toBeLessThan(TOLERANCE);
  });

  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])(
    'moves weights and slots alike under %s with every penalty, clip and augmentation',
    async (optimizer) => {
      const hparams = {
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
      // Where gradients are near 0, adaptive optimizers divide one rounding error by another: the tolerance grows with
      // the steps.
      expect(await compare({ preset: 'mnist-cnn' }, optimizer, hparams, 3)).toBeLessThan(1e-4);
    },
  );
});

const layer = (className: string, config: Readonly<Record<string, unknown>> = {}): LayerSpec => ({ className, config });

const OTHER_LAYERS: readonly (readonly [string, readonly LayerSpec[]])[] = [
  [
    'pads, norms and noises',
    [
      layer('ZeroPadding2D', { padding: [1, 1] }),
      layer('UpSampling2D', { size: [2, 2] }),
      layer('Conv2D', {
        filters: 4,
        kernelSize: 3,
        kernelRegularizer: { className: 'L1L2', config: { l1: 1e-3, l2: 1e-3 } },
      }),
      layer('PReLU'),
      layer('BatchNormalization', { scale: false }),
      layer('LayerNormalization'),
      layer('GaussianNoise', { stddev: 0.1 }),
      layer('DepthwiseConv2D', {
        kernelSize: 3,
        depthwiseConstraint: { className: 'MaxNorm', config: { maxValue: 0.2, axis: [0, 1] } },
      }),
      layer('ELU'),
      layer('GlobalAveragePooling2D'),
    ],
  ],
  [
    'wrappers, other convolutions and activations',
    [
      layer('SeparableConv2D', { filters: 4, kernelSize: 3, activation: 'gelu' }),
      layer('Conv2DTranspose', { filters: 4, kernelSize: 3, strides: 2, activation: 'tanh', useBias: false }),
      layer('BatchNormalization', { center: false, momentum: 0.9 }),
      layer('GaussianDropout', { rate: 0.2 }),
      layer('TimeDistributed', { layer: { className: 'Dense', config: { units: 3 } } }),
      layer('Flatten'),
      layer('Dense', { units: 12, activation: 'sigmoid' }),
      layer('BatchNormalization'),
      layer('Dense', { units: 8, activation: 'selu' }),
    ],
  ],
];

describe('layers that no preset has', () => {
  it.each(OTHER_LAYERS)('compile and train alike: %s', async (_, layers) => {
    expect(
      await compare({ layers: [...layers, layer('Dense', { units: 10 })] }, 'momentum', { momentum: 0.9 }, 2),
    ).toBeLessThan(1e-5);
  });

  it('compile and train alike: a batch normalization of more channels than a table may have numbers', async () => {
    const layers = [
      layer('MaxPooling2D', { poolSize: [4, 4] }),
      layer('Flatten'),
      layer('Dense', { units: 9000 }),
      layer('BatchNormalization'),
      layer('Dense', { units: 10 }),
    ];
    expect(await compare({ layers }, 'momentum', { momentum: 0.9 }, 2)).toBeLessThan(1e-5);
  });

  it('compile and train alike: a batch normalization that two branches share, beside one of its own', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-shared-'));
    writeFileSync(
      path.join(folder, 'shared.cjs'),
      `module.exports = ({ tf, shape, classes, seed }) => {
      const init = (place) => tf.initializers.glorotUniform({ seed: seed(place) });
      const image = tf.input({ shape });
      const branch = (name) => tf.layers.conv2d({ filters: 3, kernelSize: 3, kernelInitializer: init(name) }).apply(image);
      const shared = tf.layers.batchNormalization({ momentum: 0.8 });
      const merged = tf.layers.batchNormalization({}).apply(tf.layers.add().apply([shared.apply(branch('left')), shared.apply(branch('right'))]));
      const head = tf.layers.dense({ units: classes, kernelInitializer: init('head') });
      return tf.model({ inputs: image, outputs: head.apply(tf.layers.globalMaxPooling2d({}).apply(merged)) });
    };`,
    );
    expect(await compare({ module: 'shared.cjs' }, 'momentum', { momentum: 0.9 }, 3, folder)).toBeLessThan(1e-5);
  });
});

describe('the compiled engine', () => {
  it('evaluates any number of examples of either part exactly', async () => {
    const of = await plan({ preset: 'mnist-cnn' }, 'sgd', {});
    const [compiled, eager] = [compile(of), createEagerEngine(of, data)];
    compiled.load(initialTensors(of));
    for (const [part, examples] of [
      ['train', 1],
      ['train', 128],
      ['train', 300],
      ['test', 360],
    ] as const) {
      const indices = Int32Array.from({ length: examples }, (_, i) => i);
      const [got, expected] = [compiled.evaluate(part, indices), eager.evaluate(part, indices)];
      expect(got.correct).toBe(expected.correct);
      expect(Math.abs(got.lossSum / expected.lossSum - 1)).toBeLessThan(1e-6);
    }
  });

  it.each<[string, ModelSpec]>([
    ['resnet20', { preset: 'resnet20' }],
    [
      'convolutions with a bias, without a scale, or with another use',
      {
        layers: [
          layer('Conv2D', { filters: 4, kernelSize: 3 }),
          layer('BatchNormalization', { epsilon: 0.1 }),
          layer('Conv2D', { filters: 4, kernelSize: 3, useBias: false }),
          layer('BatchNormalization', { scale: false }),
          layer('ReLU'),
          layer('Conv2D', { filters: 4, kernelSize: 1, useBias: false }),
          layer('BatchNormalization', { axis: 1 }),
          layer('Flatten'),
          layer('BatchNormalization', { center: false }),
          layer('Dense', { units: 10 }),
        ],
      },
    ],
  ])('evaluates with batch normalization folded as it does op by op: %s', async (_, spec) => {
    const of = await plan(spec, 'momentum', {});
    const engine = compile(of);
    const { state } = train(engine, of, { momentum: 0.9 }, 12);
    const eager = createEagerEngine(of, data);
    eager.load(state);
    const indices = Int32Array.from({ length: 200 }, (_, i) => i);
    const [got, expected] = [engine, eager].map((one) => one.evaluate('train', indices));
    expect(got!.correct).toBe(expected!.correct);
    expect(Math.abs(got!.lossSum / expected!.lossSum - 1)).toBeLessThan(1e-5);
  });

  it('counts top-5 answers and confusions exactly, over a last batch that is not full', async () => {
    const of = await plan({ preset: 'mnist-cnn' }, 'sgd', {});
    const [compiled, indices] = [compile(of), Int32Array.from({ length: 300 }, (_, i) => i)];
    train(compiled, of, {}, 20);
    const { shape, labels } = data.train;
    assignWeights(of.model, weightsOf(of.model, compiled.read()));
    const pixels = tf.tensor4d(Float32Array.from(imagesOf(data.train).subarray(0, 300 * 64)), [300, ...shape]);
    const logits = logitsOf(of.model, pixels).arraySync();
    const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
    let topCorrect = 0;
    logits.forEach((row, i) => {
      const order = row.map((_, j) => j).sort((a, b) => row[b]! - row[a]!);
      confusion[labels[i]!]![order[0]!]! += 1;
      topCorrect += order.slice(0, 5).includes(labels[i]!) ? 1 : 0;
    });
    const details = compiled.evaluateInDetail('train', indices);
    expect(details).toEqual({ ...compiled.evaluate('train', indices), topCorrect, confusion });
    expect(topCorrect).toBeGreaterThan(details.correct);
  });

  it.each([1, 2, 300])('trains batches of %i from recordings of other sizes', async (batchSize) => {
    const of = await plan({ preset: 'mnist-cnn' }, 'sgd', { mixup: 0.3, shift: 0.2, dropoutRate: 0.4 });
    const indices = Int32Array.from({ length: batchSize }, (_, i) => (i * 7) % data.train.examples);
    const [compiled, eager] = [compile(of, batchSize), createEagerEngine(of, data)];
    compiled.load(initialTensors(of));
    const [got, expected] = [compiled, eager].map((engine) =>
      engine.step(indices, stepScalars(of, { mixup: 0.3, shift: 0.2 }, RATE, 0), [5, 0]),
    );
    expect(Math.abs(got! / expected! - 1)).toBeLessThan(1e-6);
    expect(difference(compiled.read(), eager.read())).toBeLessThan(TOLERANCE);
  });

  it("serves another trial of the same structure with that trial's own weights and rates", async () => {
    const first = await plan({ preset: 'mnist-cnn' }, 'adam', { dropoutRate: 0.1 });
    const engine = compile(first);
    train(engine, first, { dropoutRate: 0.1 }, 2);
    const second = await plan({ preset: 'mnist-cnn' }, 'adam', { dropoutRate: 0.5 });
    expect(second.model.structure).toBe(first.model.structure);
    const reused = train(engine, second, { dropoutRate: 0.5 }, 2);
    const own = train(compile(second), second, { dropoutRate: 0.5 }, 2);
    expect(reused).toEqual(own);
  });

  it('holds no tensor of tfjs, and nothing at all once it is disposed of', async () => {
    const of = await plan({ preset: 'resnet20' }, 'adam', { dropoutRate: 0.1 });
    const { binding } = native();
    const held = (): number[] => [tf.memory().numTensors, binding.getNumOfTensors(), binding.getNumOfSavedModels()];
    const before = held();
    const engine = createCompiledEngine({ plan: of, parts: data, batchSizes: [BATCH] });
    train(engine, of, {}, 2);
    engine.evaluate('test', new Int32Array(3));
    engine.dispose();
    expect(held()).toEqual(before);
  });

  it("leaves the model's own weights as they were", async () => {
    const of = await plan({ preset: 'mnist-cnn' }, 'sgd', {});
    const before = initialTensors(of);
    compile(of);
    expect(initialTensors(of)).toEqual(before);
  });

  it('says which tensor of a state is missing or of another shape', async () => {
    const of = await plan({ preset: 'mnist-cnn' }, 'momentum', {});
    const [engine, state] = [compile(of), new Map(initialTensors(of))];
    state.set('layers.1.bias', { shape: [3], values: new Float32Array(3) });
    expect(() => engine.load(state)).toThrow("state tensor 'layers.1.bias' must have shape [32], got [3]");
    state.delete('layers.1.bias');
    expect(() => engine.load(state)).toThrow("state has no tensor 'layers.1.bias'");
  });
});

/** A model whose middle layer does what the test wants. */
async function planWith(call: (input: tf.Tensor) => tf.Tensor): Promise<StepPlan> {
  const of = await plan(
    {
      layers: [
        { className: 'Flatten', config: {} },
        { className: 'Dense', config: { units: 10 } },
      ],
    },
    'sgd',
    {},
  );
  const last = of.model.network.layers.at(-1)!;
  const original = last.call.bind(last);
  last.call = (inputs, kwargs) => call(original(inputs, kwargs) as tf.Tensor);
  return of;
}

describe('a model that tfjs cannot differentiate', () => {
  it('is refused by the name of the layer', async () => {
    const layers = [
      layer('Reshape', { targetShape: [4, 4, 4, 1] }),
      layer('Conv3DTranspose', { filters: 2, kernelSize: 2 }),
      layer('Flatten'),
      layer('Dense', { units: 10 }),
    ];
    const of = await plan({ layers }, 'sgd', {});
    expect(() => compile(of)).toThrow(
      "model cannot be trained: layer 'layer-1' (Conv3DTranspose) fails: TensorFlow.js has no gradient of Conv3DBackpropInputV2",
    );
  });
});

describe('a layer that no graph can stand for is refused by name, as one that', () => {
  it.each<[string, (input: tf.Tensor) => tf.Tensor, string]>([
    ['looks at values', (input) => tf.add(input, tf.scalar(input.dataSync()[0]!)), 'looks at the values of a tensor'],
    [
      'decides by the size of the batch',
      (input) => (input.shape[0] === 3 ? tf.neg(input) : input),
      'decides by its input',
    ],
    [
      'counts in squares of the batch',
      (input) => tf.mul(input, input.shape[0]! ** 2),
      'bakes a number into the graph that changes with its input',
    ],
    [
      'has a row per example',
      (input) => tf.add(input, tf.tensor2d(Array.from({ length: input.shape[0]! }, (_, i) => [i]))),
      'one row per example',
    ],
    [
      'keeps a large table',
      (input) => tf.add(input, tf.sum(tf.tensor1d(Float32Array.from({ length: 20_000 }, (_, i) => i)))),
      'bakes 20000 numbers into the graph',
    ],
  ])('%s', async (_, call, message) => {
    const of = await planWith(call);
    expect(() => compile(of)).toThrow(message);
    expect(() => compile(of)).toThrow(/decides|layer 'layer-1' \(Dense\)/);
  });
});
