/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PRESET_NAMES } from '../../../../activities/training/engine';
import { OPTIMIZERS } from '../../../../activities/training/tensorflow/optimizers';
import type { LayerSpec, ModelSpec, OptimizerName } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { CompiledEngines, difference, layer, TOLERANCE } from '../../../support/compiled-engines';
import { createEagerEngine } from '../../../support/eager-engine';

let digits: CompiledEngines;
beforeAll(async () => {
  digits = await CompiledEngines.onDigits();
});
afterEach(() => digits.close());

/** Both engines train; the initial weights are taken before either runs. */
async function compare(
  spec: ModelSpec,
  optimizer: OptimizerName,
  hparams: HParams,
  steps: number,
  modelBundle: string | null = null,
): Promise<number> {
  const of = await digits.plan(spec, optimizer, hparams, modelBundle);
  const compiled = digits.train(digits.compile(of), of, hparams, steps);
  const eager = digits.train(createEagerEngine(of, digits.data), of, hparams, steps);
  compiled.losses.forEach((loss, i) => expect(Math.abs(loss - eager.losses[i]!)).toBeLessThan(1e-5));
  return difference(compiled.state, eager.state);
}

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
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-shared-')), 'shared.cjs');
    writeFileSync(
      file,
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
    expect(await compare({ module: 'shared.cjs' }, 'momentum', { momentum: 0.9 }, 3, file)).toBeLessThan(1e-5);
  });
});
