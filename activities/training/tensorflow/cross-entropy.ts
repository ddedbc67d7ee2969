import { native, tf, typeAttribute } from './native';

/** [cross-entropy per example, its gradient by the logits], by TensorFlow's fused op. */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): readonly [tf.Tensor1D, tf.Tensor2D] {
  const [losses, gradient] = native().executeMultipleOutputs(
    'SoftmaxCrossEntropyWithLogits',
    [typeAttribute('T', 'float32')],
    [logits, targets],
    2,
  );
  return [losses as tf.Tensor1D, gradient as tf.Tensor2D];
}

/** Mean over a batch, differentiable by the logits. */
export function meanCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const fused = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
    const [losses, gradient] = crossEntropy(input, targets);
    save([gradient]);
    const batch = input.shape[0];
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor => tf.mul(saved as tf.Tensor, tf.div(dy, batch));
    return { value: tf.mean(losses), gradFunc };
  });
  return fused(logits) as tf.Scalar;
}
