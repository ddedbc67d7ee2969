/**
 * Batch normalization by TensorFlow's fused kernels: tfjs trains it from `moments` and a dozen elementwise ops each way.
 *
 * The moving variance follows Keras: the biased estimate.
 *
 * @module
 */
import { boolAttribute, floatAttribute, native, stringAttribute, tf, typeAttribute } from '../native';
import { type StepContext, stepContext } from './context';
import { inputOf } from './input';

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

const attributes = (epsilon: number): ReturnType<typeof floatAttribute>[] => [
  typeAttribute('T', 'float32'), typeAttribute('U', 'float32'), floatAttribute('epsilon', epsilon),
  stringAttribute('data_format', 'NHWC'), boolAttribute('is_training', true),
];

/**
 * [normalized, batch mean, batch variance with Bessel's correction] of an NHWC tensor, differentiable in all but the statistics.
 * The statistics are kept: tfjs frees whatever a function with a gradient of its own does not return.
 */
function fusedBatchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor[] {
  let statistics: tf.Tensor[] = [];
  const normalize = tf.customGrad((...args) => {
    const [input, scale, offset, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, (tensors: tf.Tensor[]) => void];
    const empty = tf.tensor1d([], 'float32');
    const outputs = native().executeMultipleOutputs(
      'FusedBatchNormV3', [...attributes(epsilon), floatAttribute('exponential_avg_factor', 1)], [input, scale, offset, empty, empty], 6);
    const [value, mean, variance, reserve1, reserve2, reserve3] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    statistics = [tf.keep(mean), tf.keep(variance)];
    save([input, scale, reserve1, reserve2, reserve3]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      native().executeMultipleOutputs('FusedBatchNormGradV3', attributes(epsilon), [dy, ...saved], 5).slice(0, 3);
    return { value, gradFunc };
  });
  return [normalize(x, gamma, beta), ...statistics];
}

/** Replaces the training `call` of a batch normalization layer by the fused kernels; other layers stay as they are. */
export function fuseBatchNormalization(layer: tf.layers.Layer): void {
  if (layer.getClassName() !== 'BatchNormalization') return;
  const norm = layer as unknown as BatchNormalizationLayer;
  const original = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const context = stepContext();
    if (context === null || kwargs['training'] !== true) return original(inputs, kwargs);
    return tf.tidy(() => trainAlongAxis(norm, inputOf(inputs), context));
  };
}

/** The kernels know the last axis only. */
function trainAlongAxis(norm: BatchNormalizationLayer, input: tf.Tensor, context: StepContext): tf.Tensor {
  const axis = norm.axis < 0 ? norm.axis + input.rank : norm.axis;
  if (axis === input.rank - 1) return trainFused(norm, input, context);
  const others = input.shape.map((_, i) => i).filter((i) => i !== axis);
  const order = [...others, axis];
  return tf.transpose(trainFused(norm, tf.transpose(input, order), context), input.shape.map((_, i) => order.indexOf(i)));
}

function trainFused(norm: BatchNormalizationLayer, input: tf.Tensor, context: StepContext): tf.Tensor {
  const { momentum } = norm;
  const channels = input.shape[input.rank - 1] ?? 1;
  const image = input.rank === 4 ? input : tf.reshape(input, [-1, 1, 1, channels]);
  const gamma = norm.scale ? norm.gamma.read() : tf.ones([channels]);
  const beta = norm.center ? norm.beta.read() : tf.zeros([channels]);
  const [value, mean, variance] = fusedBatchNorm(image, gamma, beta, norm.epsilon) as [tf.Tensor, tf.Tensor, tf.Tensor];
  context.average({ variable: norm.movingMean.val, batch: mean, momentum, correctedOver: 1 });
  context.average({ variable: norm.movingVariance.val, batch: variance, momentum, correctedOver: input.size / channels });
  return input.rank === 4 ? value : tf.reshape(value, input.shape);
}
