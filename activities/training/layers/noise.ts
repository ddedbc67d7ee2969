/**
 * Layers that draw random numbers, made repeatable: a seeded tfjs dropout repeats one mask for ever and an unseeded one draws from
 * `Math.random`. Their `call` is replaced by one that draws from the step's own streams; rates arrive as scalars of the step.
 *
 * @module
 */
import { tf } from '../native';
import { stepContext, type StepContext } from './context';

type Noise = (input: tf.Tensor, strength: tf.Scalar, context: StepContext) => tf.Tensor;

interface NoiseLayer {
  /** The layer's member that holds its strength. */
  readonly member: string;
  readonly apply: Noise;
}

const keep = (input: tf.Tensor, rate: tf.Scalar, uniform: tf.Tensor): tf.Tensor =>
  tf.mul(input, tf.div(tf.cast(tf.greaterEqual(uniform, rate), 'float32'), tf.sub(1, rate)));

const NOISE_LAYERS: Readonly<Record<string, NoiseLayer>> = {
  Dropout: { member: 'rate', apply: (input, rate, context) => keep(input, rate, context.uniform(input.shape)) },
  SpatialDropout1D: {
    member: 'rate',
    apply: (input, rate, context) => keep(input, rate, context.uniform([input.shape[0] ?? 1, 1, input.shape[2] ?? 1])),
  },
  GaussianDropout: {
    member: 'rate',
    apply: (input, rate, context) =>
      tf.mul(input, tf.add(1, tf.mul(tf.sqrt(tf.div(rate, tf.sub(1, rate))), context.normal(input.shape)))),
  },
  GaussianNoise: { member: 'stddev', apply: (input, stddev, context) => tf.add(input, tf.mul(stddev, context.normal(input.shape))) },
};

/** Classes that draw random numbers in a way that cannot be made repeatable here. */
export const UNSUPPORTED_NOISE: readonly string[] = ['AlphaDropout', 'RandomWidth'];

/**
 * Replaces the `call` of a noise layer.
 *
 * @returns The strength that the scalar `name` must carry in every step, or `null` for a layer without noise.
 */
export function makeRepeatable(layer: tf.layers.Layer, name: string): number | null {
  const noise = NOISE_LAYERS[layer.getClassName()];
  if (noise === undefined) return null;
  const strength = Number((layer as unknown as Record<string, unknown>)[noise.member]);
  layer.call = (inputs, kwargs) => {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    const context = stepContext();
    if (context === null || kwargs['training'] !== true || strength === 0) return input;
    return tf.tidy(() => noise.apply(input, context.scalar(name), context));
  };
  return strength;
}
