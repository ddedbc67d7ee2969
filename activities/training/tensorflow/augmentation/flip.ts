import { tf } from '../native';
import type { Augmentation } from './augmentation';

/** Mirrors each image left to right with probability `strength`. */
export const flip: Augmentation = ({ images, targets }, strength, context) => {
  const mirrored = tf.cast(tf.less(context.uniform([images.shape[0], 1, 1, 1]), strength), 'float32');
  const mixed = tf.add(tf.mul(tf.reverse(images, 2), mirrored), tf.mul(images, tf.sub(1, mirrored)));
  return { images: mixed as tf.Tensor4D, targets };
};
