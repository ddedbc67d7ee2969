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

/** Whether top-k accuracy says anything, and whether a confusion matrix can be carried about. */
export const detailsOf = (classes: number): { readonly hasTopK: boolean; readonly hasConfusion: boolean } => ({
  hasTopK: classes > TOP_K,
  hasConfusion: classes <= CONFUSION_CLASSES_MAX,
});

/** Logits for pixels from 0 to 255. */
export const logitsOf = (model: TrainableModel, images: tf.Tensor4D): tf.Tensor2D =>
  model.network.apply(tf.mul(images, 1 / PIXEL_MAX), { training: false }) as tf.Tensor2D;

/**
 * A row for each example: its cross-entropy, the answer, the label, and 1 or 0 for a label among the first `TOP_K`
 * answers, where that says anything. No sums: they would follow from the size of the batch.
 */
export function evaluateBatch(model: TrainableModel, classes: number, { images, labels }: Examples): tf.Tensor2D {
  const logits = logitsOf(model, images);
  const truth = tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
  const columns = [
    crossEntropies(logits, truth),
    tf.argMax(logits, 1),
    labels,
    ...(detailsOf(classes).hasTopK ? [inTopK(logits, labels)] : []),
  ];
  return tf.stack(
    columns.map((column) => tf.cast(column, 'float32')),
    1,
  ) as tf.Tensor2D;
}

/** Whether a label's logit is among the `TOP_K` largest; ties count as in, what is not finite as out. */
function inTopK(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor {
  return native().executeSingleOutput(
    'InTopKV2',
    [typeAttribute('T', 'int32')],
    [logits, labels, tf.scalar(TOP_K, 'int32')],
  );
}
