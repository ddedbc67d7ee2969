/**
 * Random changes of a training batch, a row of `AUGMENTATIONS` each; made of tensor ops alone, for they are recorded
 * into a graph, and all randomness is the step's.
 *
 * @module
 */
import type { StandardHParamName } from '../../../workflows/words/hparams';
import type { HParams } from '../../../workflows/words/trial';
import type { StepContext } from './layers/context';
import { native, stringAttribute, tf, typeAttribute } from './native';

interface AugmentationBatch {
  /** [batch, height, width, channels] in [0, 1]. */
  readonly images: tf.Tensor4D;
  /** [batch, classes]: one-hot, or a mixture. */
  readonly targets: tf.Tensor2D;
}

/** `strength` is its hyperparameter. */
type Augmentation = (batch: AugmentationBatch, strength: tf.Scalar, context: StepContext) => AugmentationBatch;

/** The standard hyperparameters that nothing else reads: not the step, nor a preset. */
export type AugmentationName = Exclude<
  StandardHParamName,
  | 'learningRate'
  | 'batchSize'
  | 'momentum'
  | 'weightDecay'
  | 'l1'
  | 'l2'
  | 'dropoutRate'
  | 'labelSmoothing'
  | 'emaDecay'
  | 'swaStartFraction'
  | 'swaEveryEpochs'
  | 'clipNorm'
  | 'clipValue'
>;

/** Every augmentation by the name of its hyperparameter, in the order they are applied in. */
const AUGMENTATIONS: Readonly<Record<AugmentationName, Augmentation>> = {
  /** Mirrors each image left to right with probability `strength`. */
  flip({ images, targets }, strength, context) {
    const mirrored = tf.cast(tf.less(context.uniform([images.shape[0], 1, 1, 1]), strength), 'float32');
    const mixed = tf.add(tf.mul(tf.reverse(images, 2), mirrored), tf.mul(images, tf.sub(1, mirrored)));
    return { images: mixed as tf.Tensor4D, targets };
  },

  /** Turns each image about its centre by at most `strength` degrees either way, with bilinear interpolation. */
  rotation({ images, targets }, strength, context) {
    const [batch, height, width] = images.shape;
    const angle = tf.mul(evenly(context, [batch, 1]), tf.mul(strength, Math.PI / 180));
    const cosine = tf.cos(angle);
    const sine = tf.sin(angle);
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    // The centre stays where it is: centre - R centre.
    const left = tf.add(tf.sub(x, tf.mul(cosine, x)), tf.mul(sine, y));
    const top = tf.sub(tf.sub(y, tf.mul(sine, x)), tf.mul(cosine, y));
    const zero = tf.zerosLike(angle);
    const transforms = tf.concat([cosine, tf.neg(sine), left, sine, cosine, top, zero, zero], 1) as tf.Tensor2D;
    return { images: projectImages(images, transforms, 'BILINEAR'), targets };
  },

  /** Moves each image by whole pixels, at most `strength` of its side either way; what comes in is zero. */
  shift({ images, targets }, strength, context) {
    const [batch, height, width] = images.shape;
    const offset = (side: number): tf.Tensor => tf.round(tf.mul(evenly(context, [batch, 1]), tf.mul(strength, side)));
    const [right, down] = [offset(width), offset(height)];
    const [one, zero] = [tf.onesLike(right), tf.zerosLike(right)];
    const transforms = tf.concat([one, zero, right, zero, one, down, zero, zero], 1) as tf.Tensor2D;
    return { images: projectImages(images, transforms, 'NEAREST'), targets };
  },

  /** Adds one random number in [-strength, strength] to each image, within [0, 1]. */
  brightness({ images, targets }, strength, context) {
    const change = tf.mul(evenly(context, [images.shape[0], 1, 1, 1]), strength);
    return { images: tf.clipByValue(tf.add(images, change), 0, 1) as tf.Tensor4D, targets };
  },

  /** Scales each image about its mean by a random factor in [1 - strength, 1 + strength], within [0, 1]. */
  contrast({ images, targets }, strength, context) {
    const factor = tf.add(1, tf.mul(evenly(context, [images.shape[0], 1, 1, 1]), strength));
    const mean = tf.mean(images, [1, 2, 3], true);
    const scaled = tf.add(tf.mul(tf.sub(images, mean), factor), mean);
    return { images: tf.clipByValue(scaled, 0, 1) as tf.Tensor4D, targets };
  },

  /**
   * Sets a square with a random centre to zero; its side is `strength` of the image's, and it may reach over the edge.
   *
   * Source: T. DeVries, G. W. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout"
   * (arXiv:1708.04552).
   */
  cutout({ images, targets }, strength, context) {
    const [batch, height, width] = images.shape;
    const inside = (side: number, axis: readonly number[]): tf.Tensor => {
      const centre = tf.mul(context.uniform([batch, 1, 1, 1]), side);
      const pixel = tf.reshape(tf.add(tf.range(0, side, 1, 'float32'), 0.5), [...axis]);
      return tf.cast(tf.lessEqual(tf.abs(tf.sub(pixel, centre)), tf.mul(strength, side / 2)), 'float32');
    };
    const hole = tf.mul(inside(height, [1, height, 1, 1]), inside(width, [1, 1, width, 1]));
    return { images: tf.mul(images, tf.sub(1, hole)) as tf.Tensor4D, targets };
  },

  /**
   * Mixes each example with the one at the other end of the (shuffled) batch; the second's share is uniform in [0,
   * strength].
   *
   * Source: H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018. The share is uniform instead of
   * Beta(a, a), whose sampling by rejection is no pure function of a counter.
   */
  mixup({ images, targets }, strength, context) {
    const share = tf.mul(context.uniform([images.shape[0], 1]), strength);
    const wide = tf.reshape(share, [images.shape[0], 1, 1, 1]);
    const mix = (own: tf.Tensor, weight: tf.Tensor): tf.Tensor =>
      tf.add(own, tf.mul(tf.sub(tf.reverse(own, 0), own), weight));
    return { images: mix(images, wide) as tf.Tensor4D, targets: mix(targets, share) as tf.Tensor2D };
  },
};

/** Uniform numbers in [-1, 1). */
const evenly = (context: StepContext, shape: readonly number[]): tf.Tensor =>
  tf.sub(tf.mul(context.uniform(shape), 2), 1);

/**
 * Images resampled along projective transforms; what comes from outside is zero.
 *
 * @param transforms [batch, 8]: output pixel (x, y) reads input ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k =
 *   c0 x + c1 y + 1.
 */
function projectImages(
  images: tf.Tensor4D,
  transforms: tf.Tensor2D,
  interpolation: 'NEAREST' | 'BILINEAR',
): tf.Tensor4D {
  const size = tf.tensor1d([images.shape[1], images.shape[2]], 'int32');
  const attributes = [
    typeAttribute('dtype', 'float32'),
    stringAttribute('interpolation', interpolation),
    stringAttribute('fill_mode', 'CONSTANT'),
  ];
  return native().executeSingleOutput('ImageProjectiveTransformV3', attributes, [
    images,
    transforms,
    size,
    tf.scalar(0),
  ]) as tf.Tensor4D;
}

/** The augmentations that a trial uses: those with a strength above 0. */
export function activeAugmentations(hparams: HParams): readonly AugmentationName[] {
  return (Object.keys(AUGMENTATIONS) as AugmentationName[]).filter((name) => Number(hparams[name] ?? 0) > 0);
}

/** The batch after the named augmentations. */
export function augment(
  batch: AugmentationBatch,
  names: readonly AugmentationName[],
  context: StepContext,
): AugmentationBatch {
  return names.reduce((next, name) => AUGMENTATIONS[name](next, context.scalar(name), context), batch);
}
