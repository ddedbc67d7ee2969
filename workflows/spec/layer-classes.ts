/**
 * The layers of TensorFlow.js by their class names, and SpatialDropout2D: written down, so that a study is checked
 * without loading it.
 */
export const LAYER_CLASSES: readonly string[] = [
  'InputLayer',
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'ThresholdedReLU',
  'Softmax',
  'Conv2D',
  'Conv3D',
  'Conv2DTranspose',
  'Conv3DTranspose',
  'SeparableConv2D',
  'Conv1D',
  'Cropping2D',
  'UpSampling2D',
  'DepthwiseConv2D',
  'RNN',
  'SimpleRNNCell',
  'SimpleRNN',
  'GRUCell',
  'GRU',
  'LSTMCell',
  'LSTM',
  'StackedRNNCells',
  'ConvLSTM2DCell',
  'ConvLSTM2D',
  'Dropout',
  'SpatialDropout1D',
  'Dense',
  'Flatten',
  'Activation',
  'RepeatVector',
  'Reshape',
  'Permute',
  'Masking',
  'Embedding',
  'Add',
  'Multiply',
  'Average',
  'Maximum',
  'Minimum',
  'Concatenate',
  'Dot',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'BatchNormalization',
  'LayerNormalization',
  'ZeroPadding2D',
  'MaxPooling1D',
  'AveragePooling1D',
  'MaxPooling2D',
  'AveragePooling2D',
  'MaxPooling3D',
  'AveragePooling3D',
  'GlobalAveragePooling1D',
  'GlobalMaxPooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'TimeDistributed',
  'Bidirectional',
  'Rescaling',
  'CenterCrop',
  'CategoryEncoding',
  'Resizing',
  'RandomWidth',
  'SpatialDropout2D',
];

/** Keras' short names. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['maxpool2d', 'MaxPooling2D'],
  ['avgpool2d', 'AveragePooling2D'],
]);

const CLASS_OF_NAME: ReadonlyMap<string, string> = new Map([
  ...LAYER_CLASSES.map((name) => [name.toLowerCase(), name] as const),
  ...ALIASES,
]);

/**
 * The class that a `layer` names, however its capitals are written, e.g. `Conv2D` for `conv2d`; `undefined` if there is
 * none.
 */
export function classOfLayer(name: string): string | undefined {
  return CLASS_OF_NAME.get(name.toLowerCase());
}
