import { tf } from '../native';
import type { Augmentation } from './augmentation';

/** Scales each image about its mean by a random factor in [1 - strength, 1 + strength], within [0, 1]. */
export const contrast: Augmentation = ({ images, targets }, strength, context) => {
  const factor = tf.add(1, tf.mul(tf.sub(tf.mul(context.uniform([images.shape[0], 1, 1, 1]), 2), 1), strength));
  const mean = tf.mean(images, [1, 2, 3], true);
  return { images: tf.clipByValue(tf.add(tf.mul(tf.sub(images, mean), factor), mean), 0, 1) as tf.Tensor4D, targets };
};
