/**
 * A small trainable network for every class of layer that a study may name.
 *
 * @module
 */
import { buildModel, type TrainableModel } from '../../activities/training/tensorflow/model';
import { trainable } from '../../activities/training/tensorflow/model/trainable';
import { tf } from '../../activities/training/tensorflow/native';
import type { LayerSpec } from '../../workflows/words/study';

export const SHAPE = [8, 8, 1] as const;
export const CLASSES = 10;

const layer = (className: string, config: Readonly<Record<string, unknown>> = {}): LayerSpec => ({
  className,
  config,
});

const dense = (units: number): LayerSpec => layer('Dense', { units });

/** Those that answer in a row already, which `Flatten` does not take. */
const ANSWERS_IN_A_ROW = /^(Global|RNN$|SimpleRNN$|GRU$|LSTM$|Bidirectional$)/;

const flattened = (className: string): readonly LayerSpec[] =>
  ANSWERS_IN_A_ROW.test(className) ? [] : [layer('Flatten')];

/** Weights before the layer, so that its gradient is asked for, and answers behind it. */
const onImages = (className: string, config = {}): readonly LayerSpec[] => [
  layer('Conv2D', { filters: 2, kernelSize: 3, padding: 'same' }),
  layer(className, config),
  ...flattened(className),
  dense(CLASSES),
];

const reshaped =
  (targetShape: readonly number[]) =>
  (className: string, config = {}): readonly LayerSpec[] => [
    layer('Conv2D', { filters: 2, kernelSize: 3, padding: 'same' }),
    layer('Reshape', { targetShape }),
    layer(className, config),
    ...flattened(className),
    dense(CLASSES),
  ];

const [onRows, onVolumes, onFilms] = [reshaped([16, 8]), reshaped([4, 4, 4, 2]), reshaped([2, 8, 8, 1])];

const cell = (className: string): readonly LayerSpec[] =>
  onRows('RNN', { cell: { className, config: { units: 3 } }, returnSequences: false });

/** By class, layers in a row. */
const IN_A_ROW: Readonly<Record<string, readonly LayerSpec[]>> = {
  InputLayer: [layer('InputLayer', { inputShape: [...SHAPE] }), layer('Flatten'), dense(CLASSES)],
  ...Object.fromEntries(
    ['ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'].map((name) => [name, onImages(name)]),
  ),
  Conv2D: onImages('Conv2D', { filters: 3, kernelSize: 3, strides: 2, activation: 'relu' }),
  Conv3D: onVolumes('Conv3D', { filters: 3, kernelSize: 2 }),
  Conv2DTranspose: onImages('Conv2DTranspose', { filters: 3, kernelSize: 3, strides: 2 }),
  SeparableConv2D: onImages('SeparableConv2D', { filters: 3, kernelSize: 3, dilationRate: 2 }),
  Conv1D: onRows('Conv1D', { filters: 3, kernelSize: 3, dilationRate: 2 }),
  Cropping2D: onImages('Cropping2D', {
    cropping: [
      [1, 1],
      [2, 0],
    ],
  }),
  UpSampling2D: onImages('UpSampling2D', { size: [2, 3] }),
  'UpSampling2D, bilinear': onImages('UpSampling2D', { size: [2, 2], interpolation: 'bilinear' }),
  DepthwiseConv2D: onImages('DepthwiseConv2D', { kernelSize: 3, depthMultiplier: 2, strides: 2 }),
  RNN: cell('SimpleRNNCell'),
  ...Object.fromEntries(['SimpleRNNCell', 'GRUCell', 'LSTMCell'].map((name) => [name, cell(name)])),
  ...Object.fromEntries(['SimpleRNN', 'GRU', 'LSTM'].map((name) => [name, onRows(name, { units: 3 })])),
  StackedRNNCells: onRows('RNN', {
    cell: {
      className: 'StackedRNNCells',
      config: { cells: ['GRUCell', 'LSTMCell'].map((className) => layer(className, { units: 3 })) },
    },
  }),
  ConvLSTM2D: onFilms('ConvLSTM2D', { filters: 2, kernelSize: 3 }),
  ...Object.fromEntries(
    ['Dropout', 'AlphaDropout', 'GaussianDropout', 'SpatialDropout2D'].map((name) => [
      name,
      onImages(name, { rate: 0.3 }),
    ]),
  ),
  SpatialDropout1D: onRows('SpatialDropout1D', { rate: 0.3 }),
  GaussianNoise: onImages('GaussianNoise', { stddev: 0.2 }),
  Dense: onImages('Dense', { units: 3, activation: 'gelu' }),
  Flatten: [layer('Flatten'), dense(CLASSES)],
  ...Object.fromEntries(
    'relu relu6 elu selu sigmoid hardSigmoid softplus softsign tanh softmax logSoftmax swish mish gelu gelu_new'
      .split(' ')
      .map((activation) => [`Activation, ${activation}`, onImages('Activation', { activation })]),
  ),
  RepeatVector: [layer('Flatten'), dense(4), layer('RepeatVector', { n: 3 }), layer('Flatten'), dense(CLASSES)],
  Reshape: onImages('Reshape', { targetShape: [16, 8] }),
  Permute: onImages('Permute', { dims: [3, 1, 2] }),
  Masking: [
    layer('Reshape', { targetShape: [8, 8] }),
    layer('Masking', { maskValue: 0 }),
    layer('Flatten'),
    dense(CLASSES),
  ],
  BatchNormalization: onImages('BatchNormalization'),
  'BatchNormalization, rows': onImages('BatchNormalization', { axis: 1 }),
  LayerNormalization: onImages('LayerNormalization'),
  ZeroPadding2D: onImages('ZeroPadding2D'),
  ...Object.fromEntries(['MaxPooling1D', 'AveragePooling1D'].map((name) => [name, onRows(name, { poolSize: 2 })])),
  ...Object.fromEntries(['MaxPooling2D', 'AveragePooling2D'].map((name) => [name, onImages(name, { poolSize: 2 })])),
  ...Object.fromEntries(['MaxPooling3D', 'AveragePooling3D'].map((name) => [name, onVolumes(name, { poolSize: 2 })])),
  ...Object.fromEntries(['GlobalAveragePooling1D', 'GlobalMaxPooling1D'].map((name) => [name, onRows(name)])),
  ...Object.fromEntries(['GlobalAveragePooling2D', 'GlobalMaxPooling2D'].map((name) => [name, onImages(name)])),
  TimeDistributed: onRows('TimeDistributed', { layer: dense(3) }),
  Bidirectional: onRows('Bidirectional', { layer: layer('GRU', { units: 3 }), mergeMode: 'concat' }),
  Rescaling: onImages('Rescaling', { scale: 0.5, offset: 0.1 }),
};

/** Classes that take two inputs. */
const MERGING = ['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'] as const;

/** Classes that cannot be trained: refused by name, or no gradient of theirs is in TensorFlow.js. */
export const UNTRAINABLE: readonly string[] = [
  'CategoryEncoding',
  'CenterCrop',
  'Conv3DTranspose',
  'ConvLSTM2DCell',
  'Embedding',
  'RandomWidth',
  'Resizing',
];

/** Every network by the class that it is about, where there are several of one with more behind a comma. */
export const EVERY_LAYER: readonly string[] = [...Object.keys(IN_A_ROW), ...MERGING];

/** The network about a layer. */
export async function everyLayer(name: string, seed = 7): Promise<TrainableModel> {
  const layers = IN_A_ROW[name];
  if (layers !== undefined)
    return buildModel({ spec: { layers }, shape: SHAPE, classes: CLASSES, hparams: {}, seed, modelBundle: null });
  const context = { shape: SHAPE, classes: CLASSES, hparams: {}, seed: () => seed };
  return trainable(merging(name as (typeof MERGING)[number], seed), context, 'module');
}

function merging(name: (typeof MERGING)[number], seed: number): tf.LayersModel {
  const image = tf.input({ shape: [...SHAPE] });
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const branch = (): tf.SymbolicTensor => {
    const convolved = tf.layers.conv2d({ filters: 2, kernelSize: 3, kernelInitializer }).apply(image);
    return tf.layers.flatten().apply(convolved) as tf.SymbolicTensor;
  };
  const layers: Readonly<Record<(typeof MERGING)[number], () => tf.layers.Layer>> = {
    Add: () => tf.layers.add(),
    Multiply: () => tf.layers.multiply(),
    Average: () => tf.layers.average(),
    Maximum: () => tf.layers.maximum(),
    Minimum: () => tf.layers.minimum(),
    Concatenate: () => tf.layers.concatenate(),
    Dot: () => tf.layers.dot({ axes: 1 }),
  };
  const merged = layers[name]().apply([branch(), branch()]);
  const logits = tf.layers.dense({ units: CLASSES, kernelInitializer }).apply(merged) as tf.SymbolicTensor;
  return tf.model({ inputs: image, outputs: logits });
}
