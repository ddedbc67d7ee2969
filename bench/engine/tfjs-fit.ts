/**
 * TensorFlow.js as its guide shows it: the same network, `model.fit` on tensors in memory.
 *
 * @module
 */
import { PRESETS } from '../../activities/training/tensorflow/model/presets';
import { tf } from '../../activities/training/tensorflow/native';
import { DEFAULT_LEARNING_RATES } from '../../workflows/words/hparams';
import { deriveSeed } from '../../workflows/search/random';
import type { EngineCase } from './cases';
import { noise } from './noise';
import { serve, type Trainer } from './serve';

/** As our engine has it. */
const EVALUATION_BATCH = 128;
const PIXEL_MAX = 255;

interface Data {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor2D;
}

function load(of: EngineCase): Data {
  const { pixels, labels, examples, shape } = noise(of);
  return {
    images: tf.tidy(() => tf.div(tf.tensor4d(pixels, [examples, ...shape]), PIXEL_MAX)),
    labels: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), of.classes), 'float32') as tf.Tensor2D),
  };
}

async function prepare(
  { model: preset, shape, classes, dropoutRate, batchSize }: EngineCase,
  { images, labels }: Data,
): Promise<Trainer> {
  const network = PRESETS[preset]({
    shape,
    classes,
    hparams: { dropoutRate },
    seed: (...place) => deriveSeed(...place),
  });
  network.compile({
    optimizer: tf.train.adam(DEFAULT_LEARNING_RATES.adam),
    loss: (targets, logits) => tf.losses.softmaxCrossEntropy(targets, logits),
  });
  const fit = async (x: tf.Tensor4D, y: tf.Tensor2D): Promise<void> =>
    void (await network.fit(x, y, { batchSize, epochs: 1, shuffle: true, verbose: 0 }));
  const [x, y] = [tf.slice(images, 0, batchSize), tf.slice(labels, 0, batchSize)];
  await fit(x, y);
  tf.dispose([x, y]);
  return {
    parameters: network.countParams(),
    versions: { tfjs: tf.version['tfjs-core'] },
    train: () => fit(images, labels),
    evaluate: async () =>
      void (await (network.evaluate(images, labels, { batchSize: EVALUATION_BATCH }) as tf.Scalar).data()),
  };
}

void serve((of) => {
  const data = load(of);
  return () => prepare(of, data);
});
