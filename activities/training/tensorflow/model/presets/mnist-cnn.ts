import { tf } from '../../native';
import { dropoutRate, type Preset, sequence, side } from './preset';

/**
 * Images below this side are padded and pooled once: without padding an 8 x 8 image would be gone before the second
 * pool.
 */
const FULL_SIDE = 16;

/**
 * The two-convolution network of the Keras tutorial; 34,826 parameters on MNIST.
 *
 * Source: Keras code examples, F. Chollet, "Simple MNIST convnet".
 */
export const mnistCnn: Preset = (context) => {
  const small = side(context) < FULL_SIDE;
  const padding = small ? 'same' : 'valid';
  const { conv2d, maxPooling2d, flatten, dropout, dense } = tf.layers;
  return sequence(context, [
    conv2d({ filters: 32, kernelSize: 3, padding, activation: 'relu', name: 'conv1' }),
    small ? null : maxPooling2d({ poolSize: 2, name: 'pool1' }),
    conv2d({ filters: 64, kernelSize: 3, padding, activation: 'relu', name: 'conv2' }),
    maxPooling2d({ poolSize: 2, name: 'pool2' }),
    flatten({ name: 'flatten' }),
    dropout({ rate: dropoutRate(context), name: 'dropout' }),
    dense({ units: context.classes, name: 'logits' }),
  ]);
};
