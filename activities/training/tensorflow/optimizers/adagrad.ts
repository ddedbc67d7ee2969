import { tf } from '../native';
import type { Optimizer } from './optimizer';

/** Adagrad. Source: J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011); Keras adds epsilon inside the root. */
export const adagrad: Optimizer = {
  slots: ['accumulator'],
  initialSlot: ({ initialAccumulator = 0.1 }) => initialAccumulator,
  scalars: ({ epsilon = 1e-7 }) => ({ epsilon }),
  update({ gradient, slots: [accumulator], scalar }) {
    const sum = tf.add(accumulator as tf.Tensor, tf.square(gradient));
    return {
      decrement: tf.div(tf.mul(gradient, scalar('learningRate')), tf.sqrt(tf.add(sum, scalar('epsilon')))),
      slots: [sum],
    };
  },
};
