/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { crossEntropies, meanCrossEntropy } from '../../../../activities/training/tensorflow/cross-entropy';
import { native, tf, typeAttribute } from '../../../../activities/training/tensorflow/native';

const LOGITS = [
  [2, -1, 0.5, 30],
  [-80, 80, 0, 1],
  [1e-3, -1e-3, 0, 0],
];
const TARGETS = [
  [1, 0, 0, 0],
  [0.1, 0.2, 0.3, 0.4],
  [0, 0, 0.5, 0.5],
];

/** TensorFlow's fused op, which CPUs run: losses and gradients of each example. */
const fused = (logits: tf.Tensor, targets: tf.Tensor): number[][] =>
  native()
    .executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', [typeAttribute('T', 'float32')], [logits, targets], 2)
    .map((tensor) => [...tensor.dataSync()]);

function expectClose(got: tf.Tensor, expected: readonly number[]): void {
  [...got.dataSync()].forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
}

describe('the cross-entropy', () => {
  it("has the losses and gradients of TensorFlow's fused op, where logits are far apart too", () => {
    const [logits, targets] = [tf.tensor2d(LOGITS), tf.tensor2d(TARGETS)];
    const [losses, gradients] = fused(logits, targets);
    expectClose(crossEntropies(logits, targets), losses!);
    const gradient = tf.grad((x) => meanCrossEntropy(x as tf.Tensor2D, targets))(logits);
    expectClose(tf.mul(gradient, LOGITS.length), gradients!);
  });
});
