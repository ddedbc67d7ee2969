import { tf } from '../native';
import type { Augmentation } from './augmentation';

/**
 * Mixes each example with the one at the other end of the (shuffled) batch; the second's share is uniform in [0,
 * strength].
 *
 * Source: H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018. The share is uniform instead of
 * Beta(a, a), whose sampling by rejection is no pure function of a counter.
 */
export const mixup: Augmentation = ({ images, targets }, strength, context) => {
  const share = tf.mul(context.uniform([images.shape[0], 1]), strength);
  const wide = tf.reshape(share, [images.shape[0], 1, 1, 1]);
  const mix = (own: tf.Tensor, weight: tf.Tensor): tf.Tensor =>
    tf.add(own, tf.mul(tf.sub(tf.reverse(own, 0), own), weight));
  return { images: mix(images, wide) as tf.Tensor4D, targets: mix(targets, share) as tf.Tensor2D };
};
