import { tf } from '../native';

/**
 * An exponential moving average of something that a layer sees in every batch; a step advances them all at its end,
 * together.
 */
export interface MovingAverage {
  readonly variable: tf.Variable;
  /** What this batch has, in the variable's shape. */
  readonly batch: tf.Tensor;
  /** Share that the average keeps, from 0 to 1. */
  readonly momentum: number;
  /**
   * For a variance with Bessel's correction, the elements that it is of: averaged is the biased estimate. 1: as it is.
   */
  readonly correctedOver: number;
}

/** The average after this batch. */
export function advanced({ variable, batch, momentum, correctedOver }: MovingAverage): tf.Tensor {
  const value = correctedOver === 1 ? batch : tf.div(tf.mul(batch, correctedOver - 1), correctedOver);
  return tf.add(tf.mul(variable, momentum), tf.mul(value, 1 - momentum));
}
