import { tf } from '../native';
import type { Augmentation } from './augmentation';
import { projectImages } from './transform';

/** Moves each image by whole pixels, at most `strength` of its side either way; what comes in is zero. */
export const shift: Augmentation = ({ images, targets }, strength, context) => {
  const [batch, height, width] = images.shape;
  const offset = (side: number): tf.Tensor =>
    tf.round(tf.mul(tf.sub(tf.mul(context.uniform([batch, 1]), 2), 1), tf.mul(strength, side)));
  const [right, down] = [offset(width), offset(height)];
  const [one, zero] = [tf.onesLike(right), tf.zerosLike(right)];
  const transforms = tf.concat([one, zero, right, zero, one, down, zero, zero], 1) as tf.Tensor2D;
  return { images: projectImages(images, transforms, 'NEAREST'), targets };
};
