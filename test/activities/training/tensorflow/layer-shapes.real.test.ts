/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { buildModel } from '../../../../activities/training/tensorflow/model';
import { normalizeModel } from '../../../../workflows/spec/model';
import { unbuildable } from '../../../../workflows/planning/layer-shapes';
import type { HParams } from '../../../../workflows/words/trial';

const ENDS = { shape: [9, 7, 2], classes: 10 } as const;
const HEAD = [{ layer: 'flatten' }, { layer: 'dense', units: 10 }];

/** Lists of layers before a head that fits any image, and hyperparameters. */
const BODIES: readonly (readonly [object, ...object[]])[] = [
  [{ layer: 'conv2d', filters: 4, kernelSize: { hparam: 'k' } }],
  [
    { layer: 'conv2d', filters: 4, kernelSize: { hparam: 'k' }, strides: 2 },
    { layer: 'maxPooling2d', poolSize: 2 },
    { layer: 'conv2d', filters: 4, kernelSize: [1, { hparam: 'k' }] },
  ],
  [{ layer: 'conv2d', filters: 3, kernelSize: { hparam: 'k' }, padding: 'same', strides: [2, 3] }],
  [{ layer: 'conv2d', filters: 3, kernelSize: { hparam: 'k' }, dilationRate: 2 }],
  [{ layer: 'conv2d', filters: { hparam: 'half' }, kernelSize: 1 }],
  [{ layer: 'separableConv2d', filters: 3, kernelSize: { hparam: 'k' } }],
  [{ layer: 'depthwiseConv2d', kernelSize: { hparam: 'k' }, depthMultiplier: 2 }],
  [{ layer: 'averagePooling2d', poolSize: { hparam: 'k' }, strides: 1 }],
  [
    { layer: 'maxPooling2d', poolSize: [{ hparam: 'k' }, 2], padding: 'same' },
    { layer: 'conv2d', filters: 2, kernelSize: 4 },
  ],
  [{ layer: 'globalAveragePooling2d' }, { layer: 'conv2d', filters: 2, kernelSize: 1 }],
  [{ layer: 'globalMaxPooling2d' }],
  [{ layer: 'cropping2d', cropping: { hparam: 'k' } }],
  [
    {
      layer: 'cropping2d',
      cropping: [
        [1, 2],
        [{ hparam: 'k' }, 0],
      ],
    },
  ],
  [
    {
      layer: 'zeroPadding2d',
      padding: [
        [0, 1],
        [2, 0],
      ],
    },
    { layer: 'conv2d', filters: 2, kernelSize: [10, 9] },
  ],
  [{ layer: 'zeroPadding2d' }, { layer: 'conv2d', filters: 2, kernelSize: [11, 9] }],
  [
    { layer: 'upSampling2d', size: [1, 2] },
    { layer: 'conv2d', filters: 2, kernelSize: [9, 14] },
  ],
  [
    { layer: 'upSampling2d', size: [1, 2] },
    { layer: 'conv2d', filters: 2, kernelSize: [9, 15] },
  ],
  [{ layer: 'flatten' }],
  [{ layer: 'flatten' }, { layer: 'dense', units: 6 }, { layer: 'maxPooling2d' }],
  [
    { layer: 'batchNormalization' },
    { layer: 'spatialDropout2d', rate: 0.2 },
    { layer: 'activation', activation: 'relu' },
  ],
  [{ layer: 'dense', units: { hparam: 'half' } }],
  [{ layer: 'flatten' }, { layer: 'dense', units: 6 }, { layer: 'batchNormalization' }],
  [{ layer: 'conv2d', filters: 4, kernelSize: [9, 7] }, { layer: 'batchNormalization' }],
];

/** Whether TensorFlow.js builds it. */
async function isBuilt(layers: readonly object[], hparams: HParams): Promise<boolean> {
  const spec = normalizeModel({ layers } as never);
  const built = await buildModel({ spec, ...ENDS, hparams, seed: 1, modelBundle: null }).catch(() => undefined);
  built?.dispose();
  return built !== undefined;
}

test.each(BODIES.map((body, i) => [i, body] as const))(
  'arithmetic calls a model unbuildable exactly where TensorFlow.js cannot build it: body %i',
  async (_, body) => {
    for (const [k, half, batchSize] of [
      [1, 1, 1],
      [3, 2.5, 2],
      [5, 4, 1],
      [8, 0, 2],
    ] as const) {
      for (const layers of [[...body, ...HEAD], body, [...body, { layer: 'dense', units: 10 }]]) {
        const model = normalizeModel({ layers } as never);
        const reason = 'layers' in model ? unbuildable(model.layers, { k, half, batchSize }, ENDS) : undefined;
        expect([k, half, layers, reason === undefined]).toEqual([
          k,
          half,
          layers,
          await isBuilt(layers, { k, half, batchSize }),
        ]);
      }
    }
  },
);
