/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { LayerSpec, ModelSpec } from '../../../../../workflows/words/study';
import type { HParams } from '../../../../../workflows/words/trial';
import { CLASSES, engineDifference } from '../../../../support/gradients';

// TensorFlow fuses and reorders within a graph: float32 sums differ in the 7th digit.
const TOLERANCE = 1e-6;

/**
 * Where terms cancel each other, sums in another order differ by more: then what counts is how much the oracle differs
 * from itself.
 */
const ROUNDINGS = 4;

const SEED = 20_240_611;

type Size = readonly [number, number, number];

interface Case {
  readonly shape: Size;
  readonly batchSize: number;
  readonly seed: number;
  readonly layers: readonly LayerSpec[];
}

const layer = (className: string, config: object = {}): LayerSpec => ({
  className,
  config: config as LayerSpec['config'],
});

const side = fc.integer({ min: 1, max: 3 });
const sides = fc.tuple(side, side);
const padding = fc.constantFrom('same', 'valid');
const axis = (max: number): fc.Arbitrary<number> => fc.integer({ min: -1, max });

/** A layer of random form, for images of at least 7 x 7 and 3 channels. */
const RANDOM_LAYERS: Readonly<Record<string, fc.Arbitrary<LayerSpec>>> = {
  Conv2D: fc
    .record({
      filters: side,
      kernelSize: sides,
      strides: sides,
      padding,
      useBias: fc.boolean(),
      activation: fc.constantFrom('linear', 'relu', 'elu'),
    })
    .map((config) => layer('Conv2D', config)),
  'Conv2D, dilated': fc
    .record({
      filters: side,
      kernelSize: sides,
      dilationRate: sides.filter((rates) => Math.max(...rates) > 1),
      padding,
      activation: fc.constantFrom('linear', 'relu', 'tanh'),
    })
    .map((config) => layer('Conv2D', config)),
  DepthwiseConv2D: fc
    .record({ kernelSize: side, strides: side, padding, depthMultiplier: side })
    .map((config) => layer('DepthwiseConv2D', config)),
  SeparableConv2D: fc
    .record({ filters: side, kernelSize: sides, strides: side, padding, depthMultiplier: side })
    .map((config) => layer('SeparableConv2D', config)),
  'SeparableConv2D, dilated': fc
    .record({ filters: side, kernelSize: sides, dilationRate: fc.tuple(fc.constant(2), side), padding })
    .map((config) => layer('SeparableConv2D', config)),
  Conv2DTranspose: fc
    .record({ filters: side, kernelSize: sides, strides: sides, padding })
    .map((config) => layer('Conv2DTranspose', config)),
  MaxPooling2D: fc.record({ poolSize: sides, strides: sides, padding }).map((config) => layer('MaxPooling2D', config)),
  AveragePooling2D: fc
    .record({ poolSize: sides, strides: sides, padding })
    .map((config) => layer('AveragePooling2D', config)),
  'global pooling': fc.constantFrom('GlobalMaxPooling2D', 'GlobalAveragePooling2D').map((name) => layer(name)),
  BatchNormalization: fc
    .record({ axis: fc.constantFrom(-1, 1, 2, 3), center: fc.boolean(), scale: fc.boolean() })
    .map((config) => layer('BatchNormalization', config)),
  LayerNormalization: fc
    .record({
      axis: fc.oneof(
        axis(3).filter((value) => value !== 0),
        fc.constant([1, 2, 3]),
        fc.constant([2, 3]),
      ),
      center: fc.boolean(),
      scale: fc.boolean(),
    })
    .map((config) => layer('LayerNormalization', config)),
  Dropout: fc
    .record({
      rate: fc.double({ min: 0, max: 0.6, noNaN: true }),
      noiseShape: fc.constantFrom(null, [null, 1, 1, null]),
    })
    .map((config) => layer('Dropout', config)),
  'noise layers': fc.constantFrom(
    layer('SpatialDropout2D', { rate: 0.4 }),
    layer('AlphaDropout', { rate: 0.3 }),
    layer('GaussianDropout', { rate: 0.2 }),
    layer('GaussianNoise', { stddev: 0.3 }),
  ),
  Activation: fc
    .constantFrom(
      'relu',
      'relu6',
      'elu',
      'selu',
      'sigmoid',
      'hardSigmoid',
      'softplus',
      'softsign',
      'tanh',
      'softmax',
      'logSoftmax',
      'swish',
      'mish',
      'gelu',
      'gelu_new',
    )
    .map((activation) => layer('Activation', { activation })),
  'activation layers': fc.oneof(
    fc.constantFrom(
      layer('ReLU'),
      layer('ReLU', { maxValue: 0.5 }),
      layer('ELU'),
      layer('PReLU'),
      layer('PReLU', { sharedAxes: [1, 2] }),
      layer('Softmax'),
    ),
    fc
      .double({ min: 0.05, max: 0.5, noNaN: true })
      .chain((value) =>
        fc.constantFrom(layer('LeakyReLU', { alpha: value }), layer('ThresholdedReLU', { theta: value })),
      ),
  ),
  'shapes and paddings': fc.oneof(
    fc.tuple(sides, sides).map((pad) => layer('ZeroPadding2D', { padding: pad })),
    fc.tuple(sides, sides).map((cropping) => layer('Cropping2D', { cropping })),
    fc.constantFrom([1, 3, 2], [3, 1, 2], [2, 1, 3]).map((dims) => layer('Permute', { dims })),
  ),
  UpSampling2D: fc
    .record({ size: sides, interpolation: fc.constantFrom('nearest', 'bilinear') })
    .map((config) => layer('UpSampling2D', config)),
};

/** What has its weights before the layer, so that gradients pass through it, and answers after it. */
const around = (middle: LayerSpec): LayerSpec[] => [
  layer('Conv2D', { filters: 3, kernelSize: 2, padding: 'same' }),
  middle,
  ...(middle.className.startsWith('Global') ? [] : [layer('Flatten')]),
  layer('Dense', { units: CLASSES }),
];

const size: fc.Arbitrary<Size> = fc.tuple(
  fc.integer({ min: 7, max: 9 }),
  fc.integer({ min: 7, max: 9 }),
  fc.constantFrom(1, 3),
);
const caseOf = (layers: fc.Arbitrary<LayerSpec>): fc.Arbitrary<Case> =>
  fc.record({
    shape: size,
    batchSize: fc.integer({ min: 1, max: 6 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    layers: layers.map(around),
  });

async function expectAlike(
  of: Omit<Case, 'layers'>,
  spec: ModelSpec,
  more: { readonly hparams?: HParams; readonly modelBundle?: string } = {},
): Promise<void> {
  const { gradient, rounding, loss, norm } = await engineDifference({ ...of, spec, ...more });
  expect(norm).toBeGreaterThan(1e-6);
  expect(gradient).toBeLessThan(Math.max(TOLERANCE, ROUNDINGS * rounding));
  expect(loss).toBeLessThan(TOLERANCE);
}

describe('the compiled engine has the gradients of the same step run op by op', () => {
  it.each(Object.keys(RANDOM_LAYERS))('through %s, whatever its form', async (name) => {
    const runs = fc.asyncProperty(caseOf(RANDOM_LAYERS[name]!), ({ layers, ...of }) => expectAlike(of, { layers }));
    await fc.assert(runs, { seed: SEED, numRuns: name.startsWith('Activation') ? 8 : 4, endOnFailure: true });
  });

  it('through a convolution, its activation and the max pool behind it', async () => {
    const layers = fc
      .record({
        activation: fc.constantFrom('relu', 'relu6', 'selu', 'sigmoid', 'tanh', 'elu'),
        pool: fc.record({ poolSize: sides, strides: sides, padding }),
      })
      .map(({ activation, pool }) => [
        layer('Conv2D', { filters: 3, kernelSize: 2, activation }),
        layer('MaxPooling2D', pool),
        layer('Flatten'),
        layer('Dense', { units: CLASSES }),
      ]);
    const runs = fc.asyncProperty(caseOf(fc.constant(layer('Flatten'))), layers, (of, chosen) =>
      expectAlike(of, { layers: chosen }),
    );
    await fc.assert(runs, { seed: SEED, numRuns: 12, endOnFailure: true });
  });

  it('through layers that merge branches', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-branches-')), 'branches.cjs');
    writeFileSync(
      file,
      `module.exports = ({ tf, shape, classes, hparams, seed }) => {
      const init = (place) => tf.initializers.glorotUniform({ seed: seed(place) });
      const image = tf.input({ shape });
      const branch = (name) => tf.layers.conv2d({ filters: 3, kernelSize: 3, strides: hparams.stride, kernelInitializer: init(name) }).apply(image);
      const merged = tf.layers[hparams.merge]().apply([branch('left'), branch('right')]);
      const head = tf.layers.dense({ units: classes, kernelInitializer: init('head') });
      return tf.model({ inputs: image, outputs: head.apply(tf.layers.globalAveragePooling2d({}).apply(merged)) });
    };`,
    );
    const hparams = fc.record({
      merge: fc.constantFrom('add', 'multiply', 'average', 'maximum', 'minimum', 'concatenate'),
      stride: side,
    });
    const runs = fc.asyncProperty(caseOf(fc.constant(layer('Flatten'))), hparams, ({ layers: _, ...of }, chosen) =>
      expectAlike(of, { module: 'branches.cjs' }, { hparams: chosen, modelBundle: file }),
    );
    await fc.assert(runs, { seed: SEED, numRuns: 8, endOnFailure: true });
  });

  it('on every path of the loss: smoothing, penalties, clipping and augmentations', async () => {
    const maybe = (max: number): fc.Arbitrary<number> =>
      fc.oneof(fc.constant(0), fc.double({ min: max / 10, max, noNaN: true }));
    const hparams = fc.record({
      labelSmoothing: maybe(0.3),
      l1: maybe(1e-2),
      l2: maybe(1e-2),
      clipNorm: maybe(1),
      clipValue: maybe(0.1),
      flip: maybe(0.5),
      shift: maybe(0.2),
      rotation: maybe(20),
      cutout: maybe(0.4),
      brightness: maybe(0.2),
      contrast: maybe(0.2),
      mixup: maybe(0.4),
    });
    const layers = around(
      layer('Conv2D', {
        filters: 2,
        kernelSize: 3,
        activation: 'relu',
        kernelRegularizer: { className: 'L1L2', config: { l1: 1e-3, l2: 1e-3 } },
      }),
    );
    const runs = fc.asyncProperty(caseOf(fc.constant(layer('Flatten'))), hparams, ({ layers: _, ...of }, chosen) =>
      expectAlike(of, { layers }, { hparams: chosen }),
    );
    await fc.assert(runs, { seed: SEED, numRuns: 8, endOnFailure: true });
  });
});
