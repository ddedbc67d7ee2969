import { tf } from '../native';
import type { Optimizer } from './optimizer';

/** Plain stochastic gradient descent. */
export const sgd: Optimizer = {
  slots: [],
  update: ({ gradient, scalar }) => ({ decrement: tf.mul(gradient, scalar('learningRate')), slots: [] }),
};
