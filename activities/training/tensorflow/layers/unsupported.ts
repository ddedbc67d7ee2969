import type { tf } from '../native';

interface DilatedLayer {
  readonly dilationRate?: number | readonly number[];
}

const isDilated = ({ dilationRate = 1 }: DilatedLayer): boolean => [dilationRate].flat().some((rate) => rate !== 1);

/** Layers that TensorFlow.js has and gets wrong, and what to use instead. */
const REASONS: Readonly<Record<string, (layer: tf.layers.Layer) => string | null>> = {
  RandomWidth: () => 'draws a width on the host, which cannot be repeated; use the augmentation hyperparameters',
  // Its output shape lacks the batch axis, in plain TensorFlow.js too: an exported model could not be loaded.
  Resizing: () =>
    'has a wrong output shape in TensorFlow.js, so no layer can follow it; use UpSampling2D or a pooling layer, or resize the data set',
  // It overwrites the shape of the layer before it, in plain TensorFlow.js too, and crops by a table with a row per
  // example.
  CenterCrop: () => 'writes its size over the shape of its input in TensorFlow.js; use Cropping2D',
  DepthwiseConv2D: (layer) =>
    isDilated(layer as DilatedLayer)
      ? 'would train without its dilationRate, which TensorFlow.js ignores; use SeparableConv2D'
      : null,
};

/** Why a layer cannot be trained, as the end of a sentence; `null` if it can. */
export function unsupported(layer: tf.layers.Layer): string | null {
  return REASONS[layer.getClassName()]?.(layer) ?? null;
}
