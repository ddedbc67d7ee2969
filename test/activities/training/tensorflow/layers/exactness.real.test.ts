/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { buildModel, type TrainableModel } from '../../../../../activities/training/tensorflow/model';
import { createStepContext, withStepContext } from '../../../../../activities/training/tensorflow/layers/context';
import { advanced } from '../../../../../activities/training/tensorflow/layers/moving-average';
import { tf } from '../../../../../activities/training/tensorflow/native';
import type { LayerSpec } from '../../../../../workflows/words/study';

const layer = (className: string, config: object = {}): LayerSpec => ({
  className,
  config: config as LayerSpec['config'],
});

const models: TrainableModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

async function built(
  layers: readonly LayerSpec[],
  shape: readonly [number, number, number] = [9, 9, 3],
  classes = 4,
): Promise<TrainableModel> {
  const model = await buildModel({ spec: { layers }, shape, classes, hparams: {}, seed: 7, modelBundle: null });
  models.push(model);
  return model;
}

const images = (...shape: readonly [number, number, number, number]): tf.Tensor4D =>
  tf.randomNormal([...shape], 0, 1, 'float32', 3);

/** The first layer of a model as a function in training, and its variables by name. */
function firstLayer({ network, variables }: TrainableModel): {
  readonly call: (x: tf.Tensor) => tf.Tensor;
  readonly weight: (name: string) => tf.Tensor;
} {
  const [, first] = network.layers;
  const named = new Map(variables.map(({ key, variable }) => [key, variable]));
  return {
    call: (x) => first!.call(x, { training: true }) as tf.Tensor,
    weight: (name) => named.get(`layers.1.${name}`)!,
  };
}

/** With uneven weights, so that no term hides another. */
const unevenSum = (answer: tf.Tensor): tf.Scalar =>
  tf.sum(tf.mul(answer, tf.cos(tf.reshape(tf.range(0, answer.size), answer.shape))));

function gradientsOf(
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
): readonly tf.Tensor[] {
  return tf.grads((...given: tf.Tensor[]) => unevenSum(compute(...given)))([...inputs]);
}

function expectClose(got: tf.Tensor, expected: tf.Tensor): void {
  expect(got.shape).toEqual(expected.shape);
  const difference = tf.div(tf.norm(tf.sub(got, expected)), tf.norm(expected)).dataSync()[0];
  expect(difference).toBeLessThan(2e-6);
}

/** The plain kernel that does what a dilated one does: zeros between its elements. */
function withHoles(kernel: tf.Tensor4D, [down, across]: readonly [number, number]): tf.Tensor4D {
  const [height, width, inputs, outputs] = kernel.shape;
  const spread = tf.pad(tf.reshape(kernel, [height, 1, width, 1, inputs * outputs]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  const stuffed = tf.reshape(spread, [height * down, width * across, inputs, outputs]) as tf.Tensor4D;
  return tf.slice4d(stuffed, [0, 0, 0, 0], [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs]);
}

describe('a dilated convolution', () => {
  it.each<[readonly [number, number], 'same' | 'valid', number]>([
    [[2, 2], 'same', 3],
    [[2, 3], 'valid', 3],
    [[3, 1], 'same', 2],
  ])(
    'of rate %j and padding %s has the gradients of the plain one with holes in its kernel',
    async (rates, padding, kernelSize) => {
      const model = await built([
        layer('Conv2D', { filters: 4, kernelSize, dilationRate: [...rates], padding }),
        layer('Flatten'),
        layer('Dense', { units: 4 }),
      ]);
      const { call, weight } = firstLayer(model);
      const [x, kernel] = [images(2, 9, 9, 3), weight('kernel')];
      const { grads } = tf.variableGrads(() => unevenSum(call(x)), [kernel as tf.Variable]);
      const plain = (input: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
        tf.conv2d(input as tf.Tensor4D, withHoles(weights as tf.Tensor4D, rates), 1, padding);
      const [byImages, byKernel] = gradientsOf(plain, [x, kernel.clone()]);
      expectClose(Object.values(grads)[0]!, byKernel!);
      expectClose(gradientsOf(call, [x])[0]!, byImages!);
    },
  );

  it('that is separable answers and learns as one with holes', async () => {
    const model = await built([
      layer('SeparableConv2D', { filters: 4, kernelSize: 3, dilationRate: 2, depthMultiplier: 2 }),
      layer('Flatten'),
      layer('Dense', { units: 4 }),
    ]);
    const { call, weight } = firstLayer(model);
    const x = images(2, 9, 9, 3);
    const plain = (input: tf.Tensor): tf.Tensor =>
      tf.conv2d(
        tf.depthwiseConv2d(
          input as tf.Tensor4D,
          withHoles(weight('depthwise_kernel') as tf.Tensor4D, [2, 2]),
          1,
          'valid',
        ),
        weight('pointwise_kernel') as tf.Tensor4D,
        1,
        'valid',
      );
    expectClose(call(x), plain(x));
    expectClose(gradientsOf(call, [x])[0]!, gradientsOf(plain, [x])[0]!);
  });
});

describe('normalization', () => {
  it.each([[-1], [1], [[1, 2, 3]], [[2, 3]]])('of a layer along %j is that of its definition', async (axis) => {
    const model = await built([layer('LayerNormalization', { axis }), layer('Flatten'), layer('Dense', { units: 4 })]);
    const { call } = firstLayer(model);
    const axes = [axis].flat().map((one) => (one < 0 ? one + 4 : one));
    const defined = (input: tf.Tensor): tf.Tensor => {
      const centred = tf.sub(input, tf.mean(input, axes, true));
      return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), axes, true), 1e-3)));
    };
    const x = images(3, 9, 9, 3);
    expectClose(call(x), defined(x));
    expectClose(gradientsOf(call, [x])[0]!, gradientsOf(defined, [x])[0]!);
  });

  it.each([1, 2, 3])(
    'of a batch along axis %i is that of its definition, and moves its statistics as Keras does',
    async (axis) => {
      const model = await built([
        layer('BatchNormalization', { axis, momentum: 0.5 }),
        layer('Flatten'),
        layer('Dense', { units: 4 }),
      ]);
      const { call, weight } = firstLayer(model);
      const axes = [0, 1, 2, 3].filter((one) => one !== axis);
      const x = images(3, 9, 9, 3);
      const context = createStepContext(new Map(), tf.tensor1d([1, 1], 'int32'));
      const normalized = withStepContext(context, () => call(x));
      const centred = tf.sub(x, tf.mean(x, axes, true));
      const variance = tf.mean(tf.square(centred), axes, true);
      expectClose(normalized, tf.div(centred, tf.sqrt(tf.add(variance, 1e-3))));
      const [mean, spread] = context.averages;
      expect([mean?.variable, spread?.variable]).toEqual([weight('moving_mean'), weight('moving_variance')]);
      expectClose(advanced(mean!), tf.mul(tf.mean(x, axes), 0.5));
      expectClose(advanced(spread!), tf.add(tf.mul(tf.squeeze(variance), 0.5), 0.5));
    },
  );
});

describe('the gradient of a 1 x 1 convolution with strides', () => {
  it.each([
    [14, 2, 2],
    [13, 2, 3],
    [12, 3, 8],
  ])('of %i pixels by %i is that of the pixels it looks at', (side, stride, channels) => {
    const [x, kernel] = [images(3, side, side, channels), images(1, 1, channels, 3)];
    const seen = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, stride, stride, 1]) as tf.Tensor4D;
    const strided = (weights: tf.Tensor): tf.Tensor => tf.conv2d(x, weights as tf.Tensor4D, stride, 'same');
    const multiplied = (weights: tf.Tensor): tf.Tensor =>
      tf.reshape(tf.matMul(tf.reshape(seen, [-1, channels]), tf.reshape(weights, [channels, 3])), [
        3,
        seen.shape[1],
        seen.shape[2],
        3,
      ]);
    expectClose(gradientsOf(strided, [kernel])[0]!, gradientsOf(multiplied, [kernel])[0]!);
  });
});

describe('gradients of activations', () => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
    ['relu', tf.relu, (x) => (x > 0 ? 1 : 0)],
    ['relu6', (x) => tf.clipByValue(x, 0, 6), (x) => (x > 0 && x < 6 ? 1 : 0)],
    ['a clip to [-1, 1]', (x) => tf.clipByValue(x, -1, 1), (x) => (Math.abs(x) <= 1 ? 1 : 0)],
    ['leaky relu', (x) => tf.leakyRelu(x, 0.2), (x) => (x > 0 ? 1 : 0.2)],
    ['leaky relu of a negative slope', (x) => tf.leakyRelu(x, -0.2), (x) => (x > 0 ? 1 : -0.2)],
    ['selu', tf.selu, (x) => (x > 0 ? 1.0507009873554805 : 1.7580993408473768 * Math.exp(x))],
    ['softplus', tf.softplus, (x) => 1 / (1 + Math.exp(-x))],
    ['sigmoid', tf.sigmoid, (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
    ['tanh', tf.tanh, (x) => 1 - Math.tanh(x) ** 2],
  ])('are exact: %s', async (_, compute, slope) => {
    await built([layer('Flatten'), layer('Dense', { units: 4 })]);
    const points = [-7.5, -2, -0.9, -0.1, 0.1, 0.9, 2, 5.5, 7.5];
    expectClose(tf.grad(compute)(tf.tensor1d(points)), tf.tensor1d(points.map(slope)));
  });
});

/** A layer's answer in a training step. */
function inStep(model: TrainableModel, x: tf.Tensor, step: number): tf.Tensor {
  const scalars = new Map(Object.entries(model.noise).map(([name, value]) => [name, tf.scalar(value)]));
  return withStepContext(createStepContext(scalars, tf.tensor1d([11, step], 'int32')), () => firstLayer(model).call(x));
}

describe('noise', () => {
  it('of AlphaDropout keeps the mean and the variance of what SELU layers hand on', async () => {
    const model = await built(
      [layer('AlphaDropout', { rate: 0.3 }), layer('Flatten'), layer('Dense', { units: 4 })],
      [40, 40, 3],
    );
    const dropped = inStep(model, images(8, 40, 40, 3), 1);
    const { mean, variance } = tf.moments(dropped);
    // 38,400 numbers: three standard errors are 0.016 and 0.03.
    expect(Math.abs(mean.dataSync()[0]!)).toBeLessThan(0.016);
    expect(Math.abs(variance.dataSync()[0]! - 1)).toBeLessThan(0.03);
  });

  it.each([
    ['SpatialDropout2D', { rate: 0.5 }],
    ['Dropout', { rate: 0.5, noiseShape: [null, 1, 1, null] }],
  ])('of %s(%j) drops whole channels, others in the next step', async (name, config) => {
    const model = await built([layer(name, config), layer('Flatten'), layer('Dense', { units: 4 })], [5, 5, 8]);
    const channelMeans = (step: number): number[] => [
      ...tf.mean(inStep(model, tf.ones([4, 5, 5, 8]), step), [1, 2]).dataSync(),
    ];
    const [first, again, next] = [channelMeans(1), channelMeans(1), channelMeans(2)];
    expect(new Set(first)).toEqual(new Set([0, 2]));
    expect(again).toEqual(first);
    expect(next).not.toEqual(first);
  });
});

describe('a layer that TensorFlow.js gets wrong is refused with what to use instead', () => {
  it.each<[LayerSpec, string]>([
    [
      layer('Resizing', { height: 4, width: 4 }),
      'model.layers[0] (Resizing) has a wrong output shape in TensorFlow.js',
    ],
    [layer('CenterCrop', { height: 4, width: 4 }), 'use Cropping2D'],
    [layer('RandomWidth', { factor: 0.2 }), 'use the augmentation hyperparameters'],
    [layer('DepthwiseConv2D', { kernelSize: 3, dilationRate: 2 }), 'which TensorFlow.js ignores; use SeparableConv2D'],
  ])('%j', async (spec, message) => {
    await expect(built([spec, layer('Flatten'), layer('Dense', { units: 4 })])).rejects.toThrow(message);
  });
});

describe('a softmax', () => {
  it('within the model is along the last axis, as in Keras', async () => {
    const { call } = firstLayer(await built([layer('Softmax'), layer('Flatten'), layer('Dense', { units: 4 })]));
    const x = images(2, 9, 9, 3);
    expectClose(tf.sum(call(x), -1), tf.ones([2, 9, 9]));
  });
});
