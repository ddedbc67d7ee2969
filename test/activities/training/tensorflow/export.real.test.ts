/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logitsOf } from '../../../../activities/training/tensorflow/evaluate-batch';
import { exportModel } from '../../../../activities/training/tensorflow/export/export-model';
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { tf } from '../../../../activities/training/tensorflow/native';
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import { planStep } from '../../../../activities/training/tensorflow/step';
import type { LayerSpec, ModelSpec } from '../../../../workflows/words/study';
import type { Measurement } from '../../../../workflows/words/outcome';

const SHAPE = [12, 10, 3] as const;
const CLASS_NAMES = ['cat', 'dog', 'emu', 'fox'];

const MEASUREMENT: Measurement = {
  steps: 1,
  epochs: 1,
  examples: 8,
  trainLoss: 1,
  best: null,
  curve: [],
  stepLosses: [],
  stepSeconds: null,
  peakBytes: 0,
  parameters: 0,
  deviceSeconds: 3,
  test: { values: { loss: 0.5, accuracy: 0.75 }, examples: 8, topK: { k: 5, accuracy: 0.875 } },
};

const models: TrainableModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

async function exported(spec: ModelSpec): Promise<{ readonly folder: string; readonly model: TrainableModel }> {
  const hparams = { dropoutRate: 0.25 };
  const model = await buildModel({ spec, shape: SHAPE, classes: 4, hparams, seed: 5, modelBundle: null });
  models.push(model);
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-export-')), 'model');
  const weights = initialTensors(planStep(model, 4, { name: 'sgd' }, hparams));
  await exportModel(folder, { model, weights, classNames: CLASS_NAMES, hparams, measurement: MEASUREMENT });
  return { folder, model };
}

const layer = (className: string, config: object = {}): LayerSpec => ({
  className,
  config: config as LayerSpec['config'],
});

/** Layers whose graphs hold the size of a batch in one way or another. */
const VARIED: ModelSpec = {
  layers: [
    layer('Conv2D', { filters: 4, kernelSize: 3, dilationRate: 2, activation: 'relu' }),
    layer('BatchNormalization', { axis: 1 }),
    layer('LayerNormalization'),
    layer('Conv2DTranspose', { filters: 3, kernelSize: 3, strides: 2 }),
    layer('UpSampling2D'),
    layer('PReLU'),
    layer('Softmax'),
    layer('SeparableConv2D', { filters: 5, kernelSize: 3, depthMultiplier: 2, activation: 'gelu' }),
    layer('Cropping2D', { cropping: 1 }),
    layer('SpatialDropout2D', { rate: 0.2 }),
    layer('GlobalAveragePooling2D'),
    layer('RepeatVector', { n: 2 }),
    layer('Flatten'),
    layer('Dense', { units: 4 }),
  ],
};

const MODELS: readonly (readonly [string, ModelSpec])[] = [
  ['resnet20', { preset: 'resnet20' }],
  ['mnist-cnn', { preset: 'mnist-cnn' }],
  ['a model of many layers', VARIED],
];

function expectClose(got: tf.Tensor, expected: tf.Tensor): void {
  expect(got.shape).toEqual(expected.shape);
  expect(tf.max(tf.abs(tf.sub(got, expected))).dataSync()[0]).toBeLessThan(1e-5);
}

describe.each(MODELS)('an export of %s', (_, spec) => {
  it('is a SavedModel that answers batches of any size as the model does, on pixels', async () => {
    const { folder, model } = await exported(spec);
    const savedModel = path.join(folder, 'saved_model');
    const [meta] = await tf.node.getMetaGraphsFromSavedModel(savedModel);
    expect(meta?.signatureDefs['serving_default']).toMatchObject({
      inputs: { images: { dtype: 'float32' } },
      outputs: { logits: { dtype: 'float32' }, probabilities: { dtype: 'float32' } },
    });
    const served = await tf.node.loadSavedModel(savedModel, ['serve'], 'serving_default');
    for (const batch of [1, 2, 7]) {
      const images = tf.randomUniform([batch, ...SHAPE], 0, 255, 'float32', batch) as tf.Tensor4D;
      const { logits, probabilities } = served.predict({ images }) as Record<string, tf.Tensor2D>;
      expectClose(logits!, logitsOf(model, images));
      expectClose(probabilities!, tf.softmax(logitsOf(model, images)));
    }
    served.dispose();
  });

  it('is a layers model that plain TensorFlow.js loads, on pixels / 255', async () => {
    const { folder, model } = await exported(spec);
    const loaded = await tf.loadLayersModel(tf.io.fileSystem(path.join(folder, 'model.json')));
    const images = tf.randomUniform([3, ...SHAPE], 0, 255, 'float32', 1) as tf.Tensor4D;
    expectClose(loaded.predict(tf.div(images, 255)) as tf.Tensor, logitsOf(model, images));
    loaded.dispose();
  });
});

describe('an export', () => {
  it('says what it is, to programs and to people, and nothing that another run would say otherwise', async () => {
    const [first, second] = [await exported(VARIED), await exported(VARIED)];
    const names = readdirSync(first.folder, { recursive: true }).map(String).sort();
    expect(names).toEqual([
      'MLmodel',
      'README.md',
      'model-card.json',
      'model.json',
      'saved_model',
      path.join('saved_model', 'saved_model.pb'),
      'weights.bin',
      'weights.safetensors',
    ]);
    const contents = ({ folder }: typeof first): readonly string[] =>
      names
        .filter((name) => name !== 'saved_model')
        .map((name) => readFileSync(path.join(folder, name)).toString('base64'));
    expect(contents(second)).toEqual(contents(first));
    expect(JSON.parse(readFileSync(path.join(first.folder, 'model-card.json'), 'utf8'))).toMatchObject({
      classNames: CLASS_NAMES,
      input: { shape: [12, 10, 3] },
      hparams: { dropoutRate: 0.25 },
      metrics: { validation: null, test: { values: { accuracy: 0.75 }, topK: { k: 5, accuracy: 0.875 } } },
    });
    expect(JSON.parse(readFileSync(path.join(first.folder, 'MLmodel'), 'utf8'))).toMatchObject({
      flavors: {
        python_function: { loader_module: 'mlflow.tensorflow' },
        tensorflow: {
          saved_model_dir: 'saved_model',
          meta_graph_tags: ['serve'],
          signature_def_key: 'serving_default',
        },
      },
      signature: {
        inputs: JSON.stringify([
          { name: 'images', type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 12, 10, 3] } },
        ]),
        outputs: JSON.stringify(
          ['logits', 'probabilities'].map((name) => ({
            ...{ name, type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 4] } },
          })),
        ),
      },
    });
    expect(readFileSync(path.join(first.folder, 'README.md'), 'utf8')).toContain(
      'Classes, in the order of the output: cat, dog, emu, fox',
    );
  });
});
