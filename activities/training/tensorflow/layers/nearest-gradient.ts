/**
 * The gradient of enlarging an image by whole factors, as `UpSampling2D` does: a sum over the copies of each pixel.
 * TensorFlow's own op has no deterministic kernel on GPUs.
 *
 * @module
 */
import { tf } from '../native';

interface Resize {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** In float32, as TensorFlow's kernel computes it. */
function pixelRead(output: number, from: number, to: number, { halfPixelCenters }: Resize): number {
  const scale = Math.fround(from / to);
  const place = halfPixelCenters ? Math.fround(output + 0.5) : output;
  return Math.min(Math.floor(Math.fround(place * scale)), from - 1);
}

/** How many pixels in a row read each pixel of a side; `undefined` where that is not the same for all. */
function copies(from: number, to: number, resize: Resize): number | undefined {
  const each = to / from;
  const even = Array.from({ length: to }, (_, i) => pixelRead(i, from, to, resize) === Math.floor(i / each));
  return Number.isInteger(each) && !resize.alignCorners && even.every(Boolean) ? each : undefined;
}

function nearestGradient(dy: tf.Tensor4D, images: tf.Tensor4D, resize: Resize): tf.Tensor {
  const [examples, height, width, channels] = images.shape;
  const [down, across] = [copies(height, dy.shape[1], resize), copies(width, dy.shape[2], resize)];
  if (down === undefined || across === undefined)
    return tf.engine().runKernel('ResizeNearestNeighborGrad', { dy, images }, { ...resize }) as tf.Tensor;
  const apart = tf.reshape<tf.Rank>(dy, [examples, height, down, width, across * channels]);
  const rows = tf.sum(apart, 2);
  return tf.sum(tf.reshape<tf.Rank>(rows, [examples, height, width, across, channels]), 3);
}

/** To be registered in place of tfjs' own. */
export const NEAREST_GRADIENT: tf.GradConfig = {
  kernelName: 'ResizeNearestNeighbor',
  inputsToSave: ['images'],
  gradFunc: (dy, [images], attributes) => ({
    images: () => nearestGradient(dy as tf.Tensor4D, images as tf.Tensor4D, attributes as unknown as Resize),
  }),
};
