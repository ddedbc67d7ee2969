import { tf } from '../native';
import type { Augmentation } from './augmentation';

/**
 * Sets a square with a random centre to zero; its side is `strength` of the image's, and it may reach over the edge.
 *
 * Source: T. DeVries, G. W. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout"
 * (arXiv:1708.04552).
 */
export const cutout: Augmentation = ({ images, targets }, strength, context) => {
  const [batch, height, width] = images.shape;
  const inside = (side: number, axis: readonly number[]): tf.Tensor => {
    const centre = tf.mul(context.uniform([batch, 1, 1, 1]), side);
    const pixel = tf.reshape(tf.add(tf.range(0, side, 1, 'float32'), 0.5), [...axis]);
    return tf.cast(tf.lessEqual(tf.abs(tf.sub(pixel, centre)), tf.mul(strength, side / 2)), 'float32');
  };
  const hole = tf.mul(inside(height, [1, height, 1, 1]), inside(width, [1, 1, width, 1]));
  return { images: tf.mul(images, tf.sub(1, hole)) as tf.Tensor4D, targets };
};
