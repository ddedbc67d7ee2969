import { tf } from '../native';
import type { Optimizer } from './optimizer';

/** Heavy-ball momentum: m <- momentum m - learningRate g; w <- w + m. */
export const momentum: Optimizer = {
  slots: ['momentum'],
  update({ gradient, slots: [held], scalar }) {
    const next = tf.sub(tf.mul(held as tf.Tensor, scalar('momentum')), tf.mul(gradient, scalar('learningRate')));
    return { decrement: tf.neg(next), slots: [next] };
  },
};
