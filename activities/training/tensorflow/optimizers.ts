/**
 * Optimizers: pure updates of one variable, in Keras 3's arithmetic, a row of `OPTIMIZERS` each.
 *
 * @module
 */
import { power } from '../../../workflows/search/power';
import type { OptimizerName, OptimizerSpec } from '../../../workflows/words/study';
import { tf } from './native';

/** What an update may use besides the gradient. */
interface UpdateInputs {
  readonly gradient: tf.Tensor;
  /** In the order of `Optimizer.slots`. */
  readonly slots: readonly tf.Tensor[];
  /** `learningRate`, `momentum` and what `Optimizer.scalars` names. */
  scalar(name: string): tf.Scalar;
}

/**
 * `update` is recorded into a graph, so it must be made of tensor ops alone; what depends on the step comes in by
 * `scalars`.
 */
interface Optimizer {
  /** Names of the state kept per variable. */
  readonly slots: readonly string[];
  /** Start value of every slot; 0 unless said. */
  initialSlot?(spec: OptimizerSpec): number;
  /** Numbers of its own for one step, counted from 1. */
  scalars?(spec: OptimizerSpec, step: number): Readonly<Record<string, number>>;
  /** What to subtract from the variable, and the new slots. */
  update(inputs: UpdateInputs): { readonly decrement: tf.Tensor; readonly slots: readonly tf.Tensor[] };
}

/**
 * Adam with bias correction folded into the rate, as Keras does.
 *
 * The powers of beta are computed from the step rather than kept: nothing drifts on resume.
 *
 * Source: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, end of section 2.
 */
const adam: Optimizer = {
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

/** Every optimizer by name. */
export const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = {
  /** Plain stochastic gradient descent. */
  sgd: {
    slots: [],
    update: ({ gradient, scalar }) => ({ decrement: tf.mul(gradient, scalar('learningRate')), slots: [] }),
  },

  /** Heavy-ball momentum: m <- momentum m - learningRate g; w <- w + m. */
  momentum: {
    slots: ['momentum'],
    update({ gradient, slots: [held], scalar }) {
      const next = tf.sub(tf.mul(held as tf.Tensor, scalar('momentum')), tf.mul(gradient, scalar('learningRate')));
      return { decrement: tf.neg(next), slots: [next] };
    },
  },

  /** Nesterov momentum: m <- momentum m - learningRate g; w <- w + momentum m - learningRate g. */
  nesterov: {
    slots: ['momentum'],
    update({ gradient, slots: [held], scalar }) {
      const stride = tf.mul(gradient, scalar('learningRate'));
      const next = tf.sub(tf.mul(held as tf.Tensor, scalar('momentum')), stride);
      return { decrement: tf.sub(stride, tf.mul(next, scalar('momentum'))), slots: [next] };
    },
  },

  adam,

  /**
   * Adam under the name that people look for: weight decay is decoupled here for every optimizer, so the update is
   * Adam's.
   *
   * Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019 (arXiv:1711.05101).
   */
  adamw: adam,

  /** RMSprop with momentum, not centered. Keras adds epsilon inside the root; so does this. */
  rmsprop: {
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
  },

  /** Adagrad. Source: J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011); Keras adds epsilon inside the root. */
  adagrad: {
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
  },
};
