/**
 * The networks that a study may ask for by name, a row of `PRESETS` each. They end in logits.
 *
 * @module
 */
import type { PresetName } from '../../engine';
import { tf } from '../native';
import type { ModelContext } from './model';
import { resnet20 } from './resnet20';
import { seeded } from './seeds';

/** Below this side the second convolution of LeNet-5 is padded too, else nothing of the image would be left. */
const LENET_FULL_SIDE = 20;

/**
 * Images below this side mnist-cnn pads and pools once: without padding an 8 x 8 image would be gone before the second
 * pool.
 */
const MNIST_FULL_SIDE = 16;

const VGG_BLOCK_FILTERS = [32, 64, 128];
/** A pool needs two pixels to choose from and leaves half: 8 x 8 images keep all three. */
const VGG_POOL_SIDE_MIN = 2;

/** Every preset by name. */
export const PRESETS: Readonly<Record<PresetName, (context: ModelContext) => tf.LayersModel>> = {
  /**
   * The two-convolution network of the Keras tutorial; 34,826 parameters on MNIST.
   *
   * Source: Keras code examples, F. Chollet, "Simple MNIST convnet".
   */
  'mnist-cnn'(context) {
    const small = shorterSide(context) < MNIST_FULL_SIDE;
    const padding = small ? 'same' : 'valid';
    const { conv2d, maxPooling2d, flatten, dropout, dense } = tf.layers;
    return inARow(context, [
      conv2d({ filters: 32, kernelSize: 3, padding, activation: 'relu', name: 'conv1' }),
      small ? null : maxPooling2d({ poolSize: 2, name: 'pool1' }),
      conv2d({ filters: 64, kernelSize: 3, padding, activation: 'relu', name: 'conv2' }),
      maxPooling2d({ poolSize: 2, name: 'pool2' }),
      flatten({ name: 'flatten' }),
      dropout({ rate: dropoutRate(context), name: 'dropout' }),
      dense({ units: context.classes, name: 'logits' }),
    ]);
  },

  /**
   * LeNet-5 with ReLU in place of the scaled tanh, and logits in place of the radial basis functions.
   *
   * Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 86(11), 1998,
   * section II.B.
   */
  lenet5(context) {
    const { conv2d, averagePooling2d, flatten, dropout, dense } = tf.layers;
    const padding = shorterSide(context) < LENET_FULL_SIDE ? 'same' : 'valid';
    return inARow(context, [
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
  },

  /**
   * Three blocks of two padded 3 x 3 convolutions and a pool, then a hidden layer: VGG's plan at the size of CIFAR-10.
   *
   * Source: K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015.
   */
  'vgg-small'(context) {
    const { conv2d, maxPooling2d, flatten, dropout, dense } = tf.layers;
    const conv = (filters: number, name: string): tf.layers.Layer =>
      conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal', name });
    const pool = (block: number): tf.layers.Layer | null =>
      shorterSide(context) / 2 ** block >= VGG_POOL_SIDE_MIN
        ? maxPooling2d({ poolSize: 2, name: `pool${block + 1}` })
        : null;
    return inARow(context, [
      ...VGG_BLOCK_FILTERS.flatMap((filters, block) => [
        conv(filters, `conv${block + 1}a`),
        conv(filters, `conv${block + 1}b`),
        pool(block),
      ]),
      flatten({ name: 'flatten' }),
      dropout({ rate: dropoutRate(context), name: 'dropout1' }),
      dense({ units: 128, activation: 'relu', kernelInitializer: 'heNormal', name: 'dense' }),
      dropout({ rate: dropoutRate(context), name: 'dropout2' }),
      dense({ units: context.classes, name: 'logits' }),
    ]);
  },

  resnet20: (context) => resnet20(context, dropoutRate(context)),
};

/** The layers, each seeded by its position; layers that the image leaves no room for are `null`. */
function inARow(context: ModelContext, layers: readonly (tf.layers.Layer | null)[]): tf.LayersModel {
  const network = tf.sequential({ name: 'classifier' });
  network.add(tf.layers.inputLayer({ inputShape: [...context.shape], name: 'image' }));
  layers.forEach((layer, i) => {
    if (layer !== null) network.add(seeded(layer, context, i));
  });
  return network;
}

/** The trial's dropout rate; 0 where a study has none. */
const dropoutRate = ({ hparams }: ModelContext): number => Number(hparams['dropoutRate'] ?? 0);

const shorterSide = ({ shape: [height, width] }: ModelContext): number => Math.min(height, width);
