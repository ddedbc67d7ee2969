/**
 * Layers that draw random numbers, made repeatable: a seeded tfjs dropout repeats one mask for ever and an unseeded one
 * draws from `Math.random`. Their `call` is replaced by one that draws from the step's own streams; rates arrive as
 * scalars of the step.
 *
 * @module
 */
import { inputOf, tf } from '../native';
import { stepContext, type StepContext } from './context';

interface NoiseLayer {
  /** The layer's member that holds its strength. */
  readonly member: string;
  /** @param shape Of the mask: the input's, with 1 where a layer's `noiseShape` drops along an axis as a whole. */
  apply(input: tf.Tensor, strength: tf.Scalar, context: StepContext, shape: readonly number[]): tf.Tensor;
}

const keep = (input: tf.Tensor, rate: tf.Scalar, uniform: tf.Tensor): tf.Tensor =>
  tf.mul(input, tf.div(tf.cast(tf.greaterEqual(uniform, rate), 'float32'), tf.sub(1, rate)));

/** What SELU tends to for very negative inputs: what a dropped unit becomes. */
const SELU_FLOOR = -1.7580993408473766;

/**
 * Dropout that keeps mean and variance of a SELU network.
 *
 * Source: G. Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017, "New Dropout Technique".
 */
function alphaDropout(input: tf.Tensor, rate: tf.Scalar, uniform: tf.Tensor): tf.Tensor {
  const kept = tf.cast(tf.greaterEqual(uniform, rate), 'float32');
  const mixed = tf.add(tf.mul(input, kept), tf.mul(tf.sub(1, kept), SELU_FLOOR));
  const scale = tf.rsqrt(tf.mul(tf.sub(1, rate), tf.add(1, tf.mul(rate, SELU_FLOOR ** 2))));
  return tf.sub(tf.mul(mixed, scale), tf.mul(tf.mul(scale, rate), SELU_FLOOR));
}

const NOISE_LAYERS: Readonly<Record<string, NoiseLayer>> = {
  Dropout: { member: 'rate', apply: (input, rate, context, shape) => keep(input, rate, context.uniform(shape)) },
  AlphaDropout: {
    member: 'rate',
    apply: (input, rate, context, shape) => alphaDropout(input, rate, context.uniform(shape)),
  },
  SpatialDropout1D: {
    member: 'rate',
    apply: (input, rate, context) => keep(input, rate, context.uniform([input.shape[0], 1, input.shape[2] ?? 1])),
  },
  GaussianDropout: {
    member: 'rate',
    apply: (input, rate, context) =>
      tf.mul(input, tf.add(1, tf.mul(tf.sqrt(tf.div(rate, tf.sub(1, rate))), context.normal(input.shape)))),
  },
  GaussianNoise: {
    member: 'stddev',
    apply: (input, stddev, context) => tf.add(input, tf.mul(stddev, context.normal(input.shape))),
  },
};

/**
 * Replaces the `call` of a noise layer.
 *
 * @returns The strength that the scalar `name` must carry in every step, or `null` for a layer without noise.
 */
export function makeRepeatable(layer: tf.layers.Layer, name: string): number | null {
  const noise = NOISE_LAYERS[layer.getClassName()];
  if (noise === undefined) return null;
  const strength = Number((layer as unknown as Record<string, unknown>)[noise.member]);
  const { noiseShape } = layer as unknown as { readonly noiseShape?: readonly (number | null)[] | null };
  layer.call = (inputs, kwargs) => {
    const input = inputOf(inputs);
    const context = stepContext();
    if (context === null || kwargs['training'] !== true || strength === 0) return input;
    return tf.tidy(() =>
      noise.apply(
        input,
        context.scalar(name),
        context,
        input.shape.map((side, axis) => noiseShape?.[axis] ?? side),
      ),
    );
  };
  return strength;
}
