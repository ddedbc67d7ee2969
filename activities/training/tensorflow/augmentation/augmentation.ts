import type { tf } from '../native';
import type { StepContext } from '../layers/context';

export interface AugmentationBatch {
  /** [batch, height, width, channels] in [0, 1]. */
  readonly images: tf.Tensor4D;
  /** [batch, classes]: one-hot, or a mixture. */
  readonly targets: tf.Tensor2D;
}

/**
 * A random change of a training batch; made of tensor ops alone, all randomness from the context. `strength` is its
 * hyperparameter.
 */
export type Augmentation = (batch: AugmentationBatch, strength: tf.Scalar, context: StepContext) => AugmentationBatch;
