/**
 * The evaluation of a batch as a function of tensors, like the steps in `./step`.
 *
 * @module
 */
import { CONFUSION_CLASSES_MAX, TOP_K } from '../../../workflows/words/outcome';
import { crossEntropies } from './cross-entropy';
import type { TrainableModel } from './model';
import { native, tf, typeAttribute } from './native';
import { PIXEL_MAX } from './step';
import type { Examples } from './step';

export interface EvaluationInputs extends Examples {
  /** [batch] float32: 1 for an example, 0 for filling up the last batch. */
  readonly weights: tf.Tensor1D;
}

export interface BatchSums {
  /** [sum of cross-entropies, correct answers]. */
  readonly sums: tf.Tensor1D;
  /**
   * `sums`, answers among the first `TOP_K` if there are more classes than that, and the confusion matrix if there are
   * few enough.
   */
  readonly details: tf.Tensor1D;
}

/** Whether top-k accuracy says anything, and whether a confusion matrix can be carried about. */
export const detailsOf = (classes: number): { readonly hasTopK: boolean; readonly hasConfusion: boolean } => ({
  hasTopK: classes > TOP_K,
  hasConfusion: classes <= CONFUSION_CLASSES_MAX,
});

/** Logits for pixels from 0 to 255. */
export const logitsOf = (model: TrainableModel, images: tf.Tensor4D): tf.Tensor2D =>
  model.network.apply(tf.mul(images, 1 / PIXEL_MAX), { training: false }) as tf.Tensor2D;

/** Sums over a batch. */
export function evaluateBatch(
  model: TrainableModel,
  classes: number,
  { images, labels, weights }: EvaluationInputs,
): BatchSums {
  const logits = logitsOf(model, images);
  const truth = tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
  const losses = crossEntropies(logits, truth);
  const answers = tf.argMax(logits, 1) as tf.Tensor1D;
  const counted = (hits: tf.Tensor): tf.Tensor1D => tf.reshape(tf.sum(tf.mul(tf.cast(hits, 'float32'), weights)), [1]);
  const sums = tf.stack([
    tf.sum(tf.mul(losses, weights)),
    tf.sum(tf.mul(tf.cast(tf.equal(answers, labels), 'float32'), weights)),
  ]) as tf.Tensor1D;
  const { hasTopK, hasConfusion } = detailsOf(classes);
  return {
    sums,
    details: tf.concat1d([
      sums,
      ...(hasTopK ? [counted(inTopK(logits, labels))] : []),
      ...(hasConfusion ? [confusion(truth, answers, weights)] : []),
    ]),
  };
}

/** Whether a label's logit is among the `TOP_K` largest; ties count as in, what is not finite as out. */
function inTopK(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor {
  return native().executeSingleOutput(
    'InTopKV2',
    [typeAttribute('T', 'int32')],
    [logits, labels, tf.scalar(TOP_K, 'int32')],
  );
}

/** Row-major counts: a row for each true class, a column for each answer. */
function confusion(truth: tf.Tensor2D, answers: tf.Tensor1D, weights: tf.Tensor1D): tf.Tensor1D {
  const [, classes] = truth.shape;
  const answered = tf.cast(tf.oneHot(answers, classes), 'float32') as tf.Tensor2D;
  return tf.reshape(tf.matMul(tf.mul(truth, tf.reshape(weights, [-1, 1])) as tf.Tensor2D, answered, true), [
    classes * classes,
  ]);
}
