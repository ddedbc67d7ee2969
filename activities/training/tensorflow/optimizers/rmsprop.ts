import { tf } from '../native';
import type { Optimizer } from './optimizer';

/** RMSprop with momentum, not centered. Keras adds epsilon inside the root; so does this. */
export const rmsprop: Optimizer = {
  slots: ['velocity', 'momentum'],
  scalars: ({ rho = 0.9, epsilon = 1e-7 }) => ({ rho, oneMinusRho: 1 - rho, epsilon }),
  update({ gradient, slots: [velocity, held], scalar }) {
    const square = tf.add(
      tf.mul(velocity as tf.Tensor, scalar('rho')),
      tf.mul(tf.square(gradient), scalar('oneMinusRho')),
    );
    const stride = tf.div(tf.mul(gradient, scalar('learningRate')), tf.sqrt(tf.add(square, scalar('epsilon'))));
    const next = tf.add(tf.mul(held as tf.Tensor, scalar('momentum')), stride);
    return { decrement: next, slots: [square, next] };
  },
};
