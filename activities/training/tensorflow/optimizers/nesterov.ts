import { tf } from '../native';
import type { Optimizer } from './optimizer';

/** Nesterov momentum: m <- momentum m - learningRate g; w <- w + momentum m - learningRate g. */
export const nesterov: Optimizer = {
  slots: ['momentum'],
  update({ gradient, slots: [held], scalar }) {
    const stride = tf.mul(gradient, scalar('learningRate'));
    const next = tf.sub(tf.mul(held as tf.Tensor, scalar('momentum')), stride);
    return { decrement: tf.sub(stride, tf.mul(next, scalar('momentum'))), slots: [next] };
  },
};
