/**
 * Batch normalization by TensorFlow's fused kernels: tfjs trains it from `moments` and a dozen elementwise ops each
 * way, and answers by the oldest of the kernels between two reshapes.
 *
 * The moving variance follows Keras: the biased estimate.
 *
 * @module
 */
import { boolAttribute, floatAttribute, inputOf, native, stringAttribute, tf, typeAttribute } from '../native';
import { type StepContext, stepContext } from './context';
import { layersWithin } from './layers-within';

interface BatchNormalizationLayer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly gamma: { read(): tf.Tensor };
  readonly beta: { read(): tf.Tensor };
  readonly movingMean: { readonly val: tf.Variable };
  readonly movingVariance: { readonly val: tf.Variable };
}

type OpAttributes = ReturnType<typeof floatAttribute>[];

const attributes = (epsilon: number, training: boolean): OpAttributes => [
  typeAttribute('T', 'float32'),
  typeAttribute('U', 'float32'),
  floatAttribute('epsilon', epsilon),
  stringAttribute('data_format', 'NHWC'),
  boolAttribute('is_training', training),
];

/** All outputs of the kernel: normalized, mean, variance, and what its gradient needs. */
function normalize(inputs: readonly tf.Tensor[], epsilon: number, training: boolean): tf.Tensor[] {
  return native().executeMultipleOutputs(
    'FusedBatchNormV3',
    [...attributes(epsilon, training), floatAttribute('exponential_avg_factor', 1)],
    inputs,
    6,
  );
}

/**
 * [normalized, batch mean, batch variance with Bessel's correction] of an NHWC tensor, differentiable in all but the
 * statistics. The statistics are kept: tfjs frees whatever a function with a gradient of its own does not return.
 */
function fusedBatchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor[] {
  let statistics: tf.Tensor[] = [];
  const normalized = tf.customGrad((...args) => {
    const [input, scale, offset, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      (tensors: tf.Tensor[]) => void,
    ];
    const empty = tf.tensor1d([], 'float32');
    const outputs = normalize([input, scale, offset, empty, empty], epsilon, true);
    const [value, mean, variance, reserve1, reserve2, reserve3] = outputs as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    statistics = [tf.keep(mean), tf.keep(variance)];
    save([input, scale, reserve1, reserve2, reserve3]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      native()
        .executeMultipleOutputs('FusedBatchNormGradV3', attributes(epsilon, true), [dy, ...saved], 5)
        .slice(0, 3);
    return { value, gradFunc };
  });
  return [normalized(x, gamma, beta), ...statistics];
}

/** Replaces the `call` of a batch normalization layer by the fused kernels; other layers stay as they are. */
export function fuseBatchNormalization(layer: tf.layers.Layer): void {
  if (layer.getClassName() !== 'BatchNormalization') return;
  const norm = layer as unknown as BatchNormalizationLayer;
  const original = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const context = stepContext();
    const input = inputOf(inputs);
    const axis = norm.axis < 0 ? norm.axis + input.rank : norm.axis;
    if (context !== null && kwargs['training'] === true)
      return tf.tidy(() =>
        alongAxis(axis, input, (image) =>
          layer.trainable ? train(norm, image, context) : inferDifferentiably(norm, image),
        ),
      );
    // Along another axis tfjs' broadcasting is cheaper than two transposes.
    return axis === input.rank - 1
      ? tf.tidy(() => alongAxis(axis, input, (image) => infer(norm, image)))
      : original(inputs, kwargs);
  };
}

/** Has a frozen batch normalization that another layer wraps, and computes by itself, answer by its moving statistics. */
export function freezeWrappedNormalization(layer: tf.layers.Layer): void {
  for (const [, within] of layersWithin(layer)) {
    freezeWrappedNormalization(within);
    if (within.getClassName() !== 'BatchNormalization' || within.trainable) continue;
    const original = within.call.bind(within);
    within.call = (inputs, kwargs) => original(inputs, { ...kwargs, training: false });
  }
}

/** Applies the kernels, which know images and the last axis only. */
function alongAxis(axis: number, input: tf.Tensor, apply: (image: tf.Tensor) => tf.Tensor): tf.Tensor {
  const { rank, shape } = input;
  if (axis === rank - 1)
    return rank === 4 ? apply(input) : tf.reshape(apply(tf.reshape(input, [-1, 1, 1, shape[axis] as number])), shape);
  const order = [...shape.keys()].filter((i) => i !== axis).concat(axis);
  return tf.transpose(
    alongAxis(rank - 1, tf.transpose(input, order), apply),
    shape.map((_, i) => order.indexOf(i)),
  );
}

function parametersOf(
  { scale, center, gamma, beta }: BatchNormalizationLayer,
  image: tf.Tensor,
): [tf.Tensor, tf.Tensor] {
  const channels = image.shape.slice(-1);
  return [scale ? gamma.read() : tf.ones(channels), center ? beta.read() : tf.zeros(channels)];
}

function train(norm: BatchNormalizationLayer, image: tf.Tensor, context: StepContext): tf.Tensor {
  const { momentum, movingMean, movingVariance, epsilon } = norm;
  const [value, mean, variance] = fusedBatchNorm(image, ...parametersOf(norm, image), epsilon) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  context.average({ variable: movingMean.val, batch: mean, momentum, correctedOver: 1 });
  context.average({ variable: movingVariance.val, batch: variance, momentum, correctedOver: image.size / mean.size });
  return value;
}

function infer(norm: BatchNormalizationLayer, image: tf.Tensor): tf.Tensor {
  const { movingMean, movingVariance, epsilon } = norm;
  return normalize(
    [image, ...parametersOf(norm, image), movingMean.val, movingVariance.val],
    epsilon,
    false,
  )[0] as tf.Tensor;
}

/** The same with a gradient by its input, which the kernel lacks: a frozen layer may stand above others that train. */
function inferDifferentiably(norm: BatchNormalizationLayer, image: tf.Tensor): tf.Tensor {
  const answer = tf.customGrad((input) => {
    const gradFunc = (dy: tf.Tensor): tf.Tensor => {
      const [gamma] = parametersOf(norm, image);
      return tf.mul(dy, tf.mul(gamma, tf.rsqrt(tf.add(norm.movingVariance.val, norm.epsilon))));
    };
    return { value: infer(norm, input as tf.Tensor), gradFunc };
  });
  return answer(image);
}
