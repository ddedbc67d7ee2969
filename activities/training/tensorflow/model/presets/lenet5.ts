import { tf } from '../../native';
import { dropoutRate, type Preset, sequence, side } from './preset';

/** Below this side the second convolution is padded too, else nothing of the image would be left. */
const FULL_SIDE = 20;

/**
 * LeNet-5 with ReLU in place of the scaled tanh, and logits in place of the radial basis functions.
 *
 * Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 86(11), 1998, section
 * II.B.
 */
export const lenet5: Preset = (context) => {
  const { conv2d, averagePooling2d, flatten, dropout, dense } = tf.layers;
  const padding = side(context) < FULL_SIDE ? 'same' : 'valid';
  return sequence(context, [
    conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu', name: 'conv1' }),
    averagePooling2d({ poolSize: 2, name: 'pool1' }),
    conv2d({ filters: 16, kernelSize: 5, padding, activation: 'relu', name: 'conv2' }),
    averagePooling2d({ poolSize: 2, name: 'pool2' }),
    flatten({ name: 'flatten' }),
    dense({ units: 120, activation: 'relu', name: 'dense1' }),
    dropout({ rate: dropoutRate(context), name: 'dropout' }),
    dense({ units: 84, activation: 'relu', name: 'dense2' }),
    dense({ units: context.classes, name: 'logits' }),
  ]);
};
