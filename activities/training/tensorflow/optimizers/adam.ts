import { tf } from '../native';
import type { Optimizer } from './optimizer';
import { power } from '../../../../workflows/search/power';

/**
 * Adam with bias correction folded into the rate, as Keras does.
 *
 * The powers of beta are computed from the step rather than kept: nothing drifts on resume.
 *
 * Source: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, end of section 2.
 */
export const adam: Optimizer = {
  slots: ['m', 'v'],
  scalars({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }, step) {
    return {
      oneMinusBeta1: 1 - beta1,
      oneMinusBeta2: 1 - beta2,
      epsilon,
      biasCorrection: Math.sqrt(1 - power(beta2, step)) / (1 - power(beta1, step)),
    };
  },
  update({ gradient, slots: [m, v], scalar }) {
    const mean = tf.add(m as tf.Tensor, tf.mul(tf.sub(gradient, m as tf.Tensor), scalar('oneMinusBeta1')));
    const square = tf.add(v as tf.Tensor, tf.mul(tf.sub(tf.square(gradient), v as tf.Tensor), scalar('oneMinusBeta2')));
    const rate = tf.mul(scalar('learningRate'), scalar('biasCorrection'));
    return { decrement: tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(square), scalar('epsilon'))), slots: [mean, square] };
  },
};
