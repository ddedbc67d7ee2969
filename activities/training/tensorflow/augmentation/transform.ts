import { native, stringAttribute, tf, typeAttribute } from '../native';

/**
 * Images resampled along projective transforms; what comes from outside is zero.
 *
 * @param transforms [batch, 8]: output pixel (x, y) reads input ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k =
 *   c0 x + c1 y + 1.
 */
export function projectImages(
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
