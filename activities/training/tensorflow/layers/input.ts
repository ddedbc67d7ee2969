import type { tf } from '../native';

/** The one tensor that a layer is called with. */
export const inputOf = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor =>
  Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
