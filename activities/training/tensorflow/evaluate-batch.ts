/**
 * The evaluation of a batch as a function of tensors, like the steps in `./step`.
 *
 * @module
 */
import { TOP_K } from '../../../workflows/words/outcome';
import { classificationRow } from '../tasks';
import { crossEntropies, logSoftmax } from './cross-entropy';
import type { TrainableModel } from './model';
import { native, tf, typeAttribute } from './native';
import { PIXEL_MAX } from './step';
import type { Examples, StepPlan } from './step';
import { taskLosses } from './task-losses';

/** Logits for pixels from 0 to 255. */
export const logitsOf = (model: TrainableModel, images: tf.Tensor4D): tf.Tensor2D =>
  model.network.apply(tf.mul(images, 1 / PIXEL_MAX), { training: false }) as tf.Tensor2D;

/** A row for each example, as the task's scorer reads it. No sums: they would follow from the size of the batch. */
export function evaluateBatch({ model, classes, task }: StepPlan, { images, labels }: Examples): tf.Tensor2D {
  const answers = logitsOf(model, images);
  if (task === undefined) return classificationRows(answers, labels as tf.Tensor1D, classes);
  const targets = labels as tf.Tensor2D;
  return tf.concat([taskLosses(task, answers, targets), answers, targets], 1);
}

function classificationRows(logits: tf.Tensor2D, labels: tf.Tensor1D, classes: number): tf.Tensor2D {
  const truth = tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
  const columns = [
    crossEntropies(logits, truth),
    tf.argMax(logits, 1),
    labels,
    ...(classificationRow(classes).inTop !== null ? [inTopK(logits, labels)] : []),
  ];
  const judged = tf.stack(
    columns.map((column) => tf.cast(column, 'float32')),
    1,
  ) as tf.Tensor2D;
  return tf.concat([judged, logSoftmax(logits)], 1);
}

/** Whether a label's logit is among the `TOP_K` largest; ties count as in, what is not finite as out. */
function inTopK(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor {
  return native().executeSingleOutput(
    'InTopKV2',
    [typeAttribute('T', 'int32')],
    [logits, labels, tf.scalar(TOP_K, 'int32')],
  );
}
