import { tf } from '../../native';
import { dropoutRate, type Preset, sequence, side } from './preset';

const BLOCK_FILTERS = [32, 64, 128];
/** A pool needs two pixels to choose from and leaves half: 8 x 8 images keep all three. */
const POOL_SIDE_MIN = 2;

/**
 * Three blocks of two padded 3 x 3 convolutions and a pool, then a hidden layer: VGG's plan at the size of CIFAR-10.
 *
 * Source: K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015.
 */
export const vggSmall: Preset = (context) => {
  const { conv2d, maxPooling2d, flatten, dropout, dense } = tf.layers;
  const conv = (filters: number, name: string): tf.layers.Layer =>
    conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal', name });
  const blocks = BLOCK_FILTERS.flatMap((filters, block) => [
    conv(filters, `conv${block + 1}a`),
    conv(filters, `conv${block + 1}b`),
    side(context) / 2 ** block >= POOL_SIDE_MIN ? maxPooling2d({ poolSize: 2, name: `pool${block + 1}` }) : null,
  ]);
  return sequence(context, [
    ...blocks,
    flatten({ name: 'flatten' }),
    dropout({ rate: dropoutRate(context), name: 'dropout1' }),
    dense({ units: 128, activation: 'relu', kernelInitializer: 'heNormal', name: 'dense' }),
    dropout({ rate: dropoutRate(context), name: 'dropout2' }),
    dense({ units: context.classes, name: 'logits' }),
  ]);
};
