import { tf } from '../native';
import type { Augmentation } from './augmentation';
import { projectImages } from './transform';

/** Turns each image about its centre by at most `strength` degrees either way, with bilinear interpolation. */
export const rotation: Augmentation = ({ images, targets }, strength, context) => {
  const [batch, height, width] = images.shape;
  const angle = tf.mul(tf.sub(tf.mul(context.uniform([batch, 1]), 2), 1), tf.mul(strength, Math.PI / 180));
  const cosine = tf.cos(angle);
  const sine = tf.sin(angle);
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  // The centre stays where it is: centre - R centre.
  const left = tf.add(tf.sub(x, tf.mul(cosine, x)), tf.mul(sine, y));
  const top = tf.sub(tf.sub(y, tf.mul(sine, x)), tf.mul(cosine, y));
  const zero = tf.zerosLike(angle);
  const transforms = tf.concat([cosine, tf.neg(sine), left, sine, cosine, top, zero, zero], 1) as tf.Tensor2D;
  return { images: projectImages(images, transforms, 'BILINEAR'), targets };
};
