/**
 * Cross-entropy of logits, from ops that have a deterministic kernel everywhere: TensorFlow's fused op has none on GPUs.
 *
 * @module
 */
import { native, tf, typeAttribute } from './native';

/** Of each example: the sum of -target log softmax. */
export function crossEntropies(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return weighted(logSoftmax(logits), targets);
}

/**
 * Mean over a batch, differentiable by the logits; each row of targets must sum to 1.
 *
 * @param weights Of the examples, [batch, 1]; their sum is not divided by, so that one of no weight counts in the mean.
 */
export function meanCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D, weights?: tf.Tensor2D): tf.Scalar {
  const fused = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
    const logProbabilities = logSoftmax(input);
    save([logProbabilities]);
    const [batch] = input.shape;
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor => {
      const gradient = tf.mul(tf.sub(tf.exp(saved as tf.Tensor2D), targets), tf.div(dy, batch));
      return weights === undefined ? gradient : tf.mul(gradient, weights);
    };
    const weighed = weights === undefined ? targets : tf.mul(targets, weights);
    return { value: tf.mean(weighted(logProbabilities, weighed as tf.Tensor2D)), gradFunc };
  });
  return fused(logits) as tf.Scalar;
}

/** TensorFlow's own op: tfjs spells it out in six. */
export const logSoftmax = (logits: tf.Tensor2D): tf.Tensor2D =>
  native().executeSingleOutput('LogSoftmax', [typeAttribute('T', 'float32')], [logits]) as tf.Tensor2D;

const weighted = (logProbabilities: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D =>
  tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1) as tf.Tensor1D);
