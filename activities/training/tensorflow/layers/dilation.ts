/**
 * Dilated convolutions that can be trained: TensorFlow has no gradient of theirs on CPUs, and tfjs none at all.
 *
 * The gradient follows from the one of plain convolutions: pixels `rate` apart, gathered side by side, form `rate`²
 * images on which the dilated kernel is a plain one.
 *
 * Source: F. Yu, V. Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016.
 *
 * @module
 */
import { inputOf, tf } from '../native';

type Pair = readonly [number, number];
type Padding = 'same' | 'valid';

/** A convolution layer of one or two dimensions. */
interface ConvolutionLayer {
  readonly rank: number;
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
  readonly dilationRate: readonly number[];
  readonly activation: { apply(input: tf.Tensor): tf.Tensor } | null;
  readonly bias: { read(): tf.Tensor } | null;
  readonly kernel: { read(): tf.Tensor } | null;
  readonly depthwiseKernel?: { read(): tf.Tensor4D };
  readonly pointwiseKernel?: { read(): tf.Tensor4D };
}

/** Names of the kernels of a kind of convolution, and of what tells their gradients the filter's shape. */
interface Kind {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
}

const FULL: Kind = { forward: 'Conv2D', toInput: 'Conv2DBackpropInput', toFilter: 'Conv2DBackpropFilter' };
const DEPTHWISE: Kind = {
  forward: 'DepthwiseConv2dNative',
  toInput: 'DepthwiseConv2dNativeBackpropInput',
  toFilter: 'DepthwiseConv2dNativeBackpropFilter',
};

const PLAIN = { strides: [1, 1], dilations: [1, 1], pad: 'valid', dataFormat: 'NHWC' } as const;

/** Padding before and after a side; TensorFlow puts the odd pixel after. */
function paddingOf(padding: Padding, kernelSide: number, rate: number): Pair {
  const total = padding === 'same' ? (kernelSide - 1) * rate : 0;
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The gradients of a dilated convolution by its NHWC input and by its kernel. */
function gradients(
  kind: Kind,
  dy: tf.Tensor4D,
  input: tf.Tensor4D,
  kernel: tf.Tensor4D,
  rates: Pair,
  padding: Padding,
): [tf.Tensor, tf.Tensor] {
  const sides = ([0, 1] as const).map((side) => {
    const [before, after] = paddingOf(padding, kernel.shape[side], rates[side]);
    const padded = (input.shape[side + 1] as number) + before + after;
    // To a multiple of the rate; the extra pixels meet only extra gradients, which are 0.
    return { before, after, extra: (rates[side] - (padded % rates[side])) % rates[side] };
  });
  const crops = sides.map(({ before, after, extra }) => [before, after + extra]);
  const images = tf.spaceToBatchND(input, [...rates], crops);
  const slopes = tf.spaceToBatchND(
    dy,
    [...rates],
    sides.map(({ extra }) => [0, extra]),
  );
  const run = (name: string, inputs: object, shape: object): tf.Tensor =>
    tf.engine().runKernel(name, inputs as tf.NamedTensorMap, { ...PLAIN, ...shape }) as tf.Tensor;
  const byImages = run(kind.toInput, { dy: slopes, filter: kernel }, { inputShape: images.shape });
  const byKernel = run(kind.toFilter, { x: images, dy: slopes }, { filterShape: kernel.shape });
  return [tf.batchToSpaceND(byImages, [...rates], crops), byKernel];
}

function convolve(kind: Kind, x: tf.Tensor4D, w: tf.Tensor4D, rates: Pair, padding: Padding): tf.Tensor4D {
  const convolution = tf.customGrad((...args) => {
    const [input, kernel, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, (tensors: tf.Tensor[]) => void];
    save([input, kernel]);
    const value = tf.engine().runKernel(
      kind.forward,
      { x: input, filter: kernel },
      {
        ...PLAIN,
        dilations: [...rates],
        pad: padding,
      },
    ) as tf.Tensor;
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      gradients(kind, dy as tf.Tensor4D, saved[0] as tf.Tensor4D, saved[1] as tf.Tensor4D, rates, padding);
    return { value, gradFunc };
  });
  return convolution(x, w) as tf.Tensor4D;
}

/** Replaces the training `call` of a layer with a dilated convolution; others stay as they are. */
export function trainDilated(layer: tf.layers.Layer): void {
  const convolution = layer as unknown as ConvolutionLayer;
  if (
    !['Conv1D', 'Conv2D', 'SeparableConv2D'].includes(layer.getClassName()) ||
    convolution.dilationRate.every((rate) => rate === 1)
  )
    return;
  const original = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const strided = convolution.strides.some((stride) => stride !== 1);
    // With strides the original refuses in words.
    return kwargs['training'] !== true || strided
      ? original(inputs, kwargs)
      : tf.tidy(() => train(convolution, inputOf(inputs)));
  };
}

function train(layer: ConvolutionLayer, input: tf.Tensor): tf.Tensor {
  const first = layer.dataFormat === 'channelsFirst';
  const last = first ? tf.transpose(input, layer.rank === 1 ? [0, 2, 1] : [0, 2, 3, 1]) : input;
  const flat = layer.rank === 1;
  const image = (flat ? tf.reshape<tf.Rank>(last, [-1, 1, ...last.shape.slice(1)]) : last) as tf.Tensor4D;
  const convolved = convolveLayer(layer, image, [
    flat ? 1 : (layer.dilationRate[0] ?? 1),
    layer.dilationRate.at(-1) ?? 1,
  ]);
  const biased = layer.bias === null ? convolved : tf.add(convolved, layer.bias.read());
  const shaped = flat ? tf.reshape(biased, [input.shape[0], ...biased.shape.slice(2)]) : biased;
  const output = first ? tf.transpose(shaped, flat ? [0, 2, 1] : [0, 3, 1, 2]) : shaped;
  return layer.activation === null ? output : layer.activation.apply(output);
}

function convolveLayer(layer: ConvolutionLayer, image: tf.Tensor4D, rates: Pair): tf.Tensor4D {
  const { depthwiseKernel, pointwiseKernel, kernel, padding } = layer;
  if (depthwiseKernel !== undefined && pointwiseKernel !== undefined) {
    return tf.conv2d(
      convolve(DEPTHWISE, image, depthwiseKernel.read(), rates, padding),
      pointwiseKernel.read(),
      1,
      'valid',
    );
  }
  const weights = kernel?.read() as tf.Tensor;
  return convolve(
    FULL,
    image,
    (layer.rank === 1 ? tf.reshape<tf.Rank>(weights, [1, ...weights.shape]) : weights) as tf.Tensor4D,
    rates,
    padding,
  );
}
