/**
 * Layer normalization in a dozen ops each way: tfjs tiles statistics and parameters to the size of the activation.
 *
 * Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", 2016 (arXiv:1607.06450), section 3.
 *
 * @module
 */
import { inputOf, tf } from '../native';

interface LayerNormalizationLayer {
  readonly axis: readonly number[];
  readonly epsilon: number;
  readonly gamma: { read(): tf.Tensor } | null;
  readonly beta: { read(): tf.Tensor } | null;
}

/** To mean 0 and variance 1 over the axes. */
function standardize(x: tf.Tensor, axes: readonly number[], epsilon: number): tf.Tensor {
  const mean = (of: tf.Tensor): tf.Tensor => tf.mean(of, [...axes], true);
  const fused = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const centred = tf.sub(input, mean(input));
    const scale = tf.rsqrt(tf.add(mean(tf.square(centred)), epsilon));
    const value = tf.mul(centred, scale);
    save([value, scale]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const [standard, factor] = saved as [tf.Tensor, tf.Tensor];
      const along = tf.add(mean(dy), tf.mul(standard, mean(tf.mul(dy, standard))));
      return tf.mul(tf.sub(dy, along), factor);
    };
    return { value, gradFunc };
  });
  return fused(x);
}

/** Replaces the `call` of a layer normalization. */
export function fuseLayerNormalization(layer: tf.layers.Layer): void {
  if (layer.getClassName() !== 'LayerNormalization') return;
  layer.call = (inputs) =>
    tf.tidy(() => {
      const input = inputOf(inputs);
      const { axis, epsilon, gamma, beta } = layer as unknown as LayerNormalizationLayer;
      const shape = input.shape.map((side, i) => (axis.includes(i) ? side : 1));
      const standard = standardize(input, axis, epsilon);
      const scaled = gamma === null ? standard : tf.mul(standard, tf.reshape(gamma.read(), shape));
      return beta === null ? scaled : tf.add(scaled, tf.reshape(beta.read(), shape));
    });
}
