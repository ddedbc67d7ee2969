/**
 * Losses of tasks without classes, from ops that have a deterministic kernel everywhere: of each example, on average
 * over its targets, and differentiable as the mean over a batch.
 *
 * @module
 */
import type { RegressionLoss, TaskSpec } from '../../../workflows/words/study';
import { tf } from './native';

interface ElementLoss {
  /** Of each answer. */
  value(answers: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D;
  /** By the answer. */
  gradient(answers: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D;
}

/** max(x, 0) - x z + log(1 + exp(-|x|)): exact for logits of any size. */
const binaryCrossEntropy: ElementLoss = {
  value: (logits, targets) =>
    tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))),
  gradient: (logits, targets) => tf.sub(tf.sigmoid(logits), targets),
};

const squared: ElementLoss = {
  value: (answers, targets) => tf.square(tf.sub<tf.Tensor2D>(answers, targets)),
  gradient: (answers, targets) => tf.mul(tf.sub(answers, targets), 2),
};

const absolute: ElementLoss = {
  value: (answers, targets) => tf.abs(tf.sub<tf.Tensor2D>(answers, targets)),
  gradient: (answers, targets) => tf.sign(tf.sub<tf.Tensor2D>(answers, targets)),
};

/** With c the error clipped to ±delta: c (e - c / 2), whose derivative is c. */
const huber = (delta: number): ElementLoss => {
  const clipped = (error: tf.Tensor2D): tf.Tensor2D => tf.maximum(tf.minimum(error, delta), -delta);
  return {
    value(answers, targets) {
      const error = tf.sub(answers, targets);
      const clip = clipped(error as tf.Tensor2D);
      return tf.mul(clip, tf.sub(error, tf.mul(clip, 0.5)));
    },
    gradient: (answers, targets) => clipped(tf.sub(answers, targets)),
  };
};

function elementLossOf(task: TaskSpec): ElementLoss {
  return task.name === 'multiLabel' ? binaryCrossEntropy : regressionLoss(task);
}

function regressionLoss(spec: RegressionLoss): ElementLoss {
  if (spec.loss === 'huber') return huber(spec.delta);
  return spec.loss === 'mse' ? squared : absolute;
}

/** Of each example, [batch, 1]. */
export function taskLosses(task: TaskSpec, answers: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.sum(elementLossOf(task).value(answers, targets), 1, true), answers.shape[1]);
}

/** Mean over a batch, differentiable by the answers. */
export function meanTaskLoss(task: TaskSpec, answers: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const { gradient } = elementLossOf(task);
  const fused = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
    save([input]);
    const [batch, width] = input.shape;
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor =>
      tf.mul(gradient(saved as tf.Tensor2D, targets), tf.div(tf.div(dy, width), batch));
    return { value: tf.mean(taskLosses(task, input, targets)), gradFunc };
  });
  return fused(answers) as tf.Scalar;
}
