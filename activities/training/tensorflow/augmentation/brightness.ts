import { tf } from '../native';
import type { Augmentation } from './augmentation';

/** Adds one random number in [-strength, strength] to each image, within [0, 1]. */
export const brightness: Augmentation = ({ images, targets }, strength, context) => {
  const change = tf.mul(tf.sub(tf.mul(context.uniform([images.shape[0], 1, 1, 1]), 2), 1), strength);
  return { images: tf.clipByValue(tf.add(images, change), 0, 1) as tf.Tensor4D, targets };
};
