/**
 * Gradients that TensorFlow has as one op and tfjs spells out in many: ReLU's takes seven there, one of them an upload
 * of ones the size of the activation.
 *
 * @module
 */
import { floatAttribute, native, tf, typeAttribute } from '../native';
import { NEAREST_GRADIENT } from './nearest-gradient';
import { mendPointwiseGradient } from './pointwise-gradient';

/**
 * A gradient of one op: `ReluGrad(dy, y)` but `SigmoidGrad(y, dy)`, TensorFlow's own orders.
 *
 * Where it can, it takes what the layer answered and not what came in: so TensorFlow may fuse a convolution, its bias
 * and its activation.
 */
interface FusedGradient {
  readonly kernelName: string;
  readonly op: string;
  /** What of the forward op the gradient op wants beside dy, and where. */
  readonly saved: 'x' | 'y';
  readonly dyFirst: boolean;
}

const FUSED: readonly FusedGradient[] = [
  { kernelName: 'Relu', op: 'ReluGrad', saved: 'y', dyFirst: true },
  { kernelName: 'Relu6', op: 'Relu6Grad', saved: 'y', dyFirst: true },
  { kernelName: 'Selu', op: 'SeluGrad', saved: 'y', dyFirst: true },
  { kernelName: 'Softplus', op: 'SoftplusGrad', saved: 'x', dyFirst: true },
  { kernelName: 'Sigmoid', op: 'SigmoidGrad', saved: 'y', dyFirst: false },
  { kernelName: 'Tanh', op: 'TanhGrad', saved: 'y', dyFirst: false },
];

type Attributes = Readonly<Record<string, unknown>>;

const FLOAT = (): ReturnType<typeof typeAttribute> => typeAttribute('T', 'float32');

function fusedGradient({ op, dyFirst }: FusedGradient, dy: tf.Tensor, saved: tf.Tensor): tf.Tensor {
  return native().executeSingleOutput(op, [FLOAT()], dyFirst ? [dy, saved] : [saved, dy]);
}

/** By the answer's sign, which is the input's, unless the slope is negative. */
function leakyReluGradient(dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, alpha: number): tf.Tensor {
  return native().executeSingleOutput(
    'LeakyReluGrad',
    [FLOAT(), floatAttribute('alpha', alpha)],
    [dy, alpha >= 0 ? y : x],
  );
}

/** Clipping to [0, 6] is ReLU6, which tfjs' layers write so. */
function clipGradient(dy: tf.Tensor, x: tf.Tensor, { clipValueMin, clipValueMax }: Attributes): tf.Tensor {
  if (clipValueMin === 0 && clipValueMax === 6) return native().executeSingleOutput('Relu6Grad', [FLOAT()], [dy, x]);
  const inside = tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number));
  return tf.mul(dy, tf.cast(inside, 'float32'));
}

/** Tiling's gradient, one sum: tfjs adds up as many slices as there are tiles. */
function tileGradient(dy: tf.Tensor, x: tf.Tensor, reps: readonly number[]): tf.Tensor {
  const apart = x.shape.flatMap((side, axis) => [reps[axis] ?? 1, side]);
  return tf.sum(
    tf.reshape(dy, apart),
    x.shape.map((_, axis) => 2 * axis),
  );
}

/** A sum's gradient, spread over the axes that it summed up: tfjs multiplies it by ones of the input's size. */
function sumGradient(dy: tf.Tensor, x: tf.Tensor, axes: number | readonly number[]): tf.Tensor {
  const summed = tf.util.parseAxisParam(axes as number[], x.shape);
  return tf.broadcastTo(
    tf.reshape(
      dy,
      x.shape.map((side, axis) => (summed.includes(axis) ? 1 : side)),
    ),
    x.shape,
  );
}

type OneInput = (dy: tf.Tensor, x: tf.Tensor, attributes: Attributes) => tf.Tensor;

const OF_ONE_INPUT: Readonly<Record<string, OneInput>> = {
  ClipByValue: clipGradient,
  Tile: (dy, x, { reps }) => tileGradient(dy, x, reps as readonly number[]),
  Mean: (dy, x, { axis }) => sumGradient(tf.div(dy, x.size / dy.size), x, axis as readonly number[]),
  Sum: (dy, x, { axis }) => sumGradient(dy, x, axis as readonly number[]),
};

/** Comparisons, whose outcome does not move: tfjs knows that of `GreaterEqual` alone. */
const FLAT = ['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual'];

let registered = false;

/** Puts these gradients in place of tfjs' own, once a process. */
export function registerFusedGradients(): void {
  if (registered) return;
  registered = true;
  mendPointwiseGradient();
  const register = (config: tf.GradConfig): void => {
    const before = tf.getGradient(config.kernelName) as tf.GradConfig | undefined;
    if (before !== undefined) tf.unregisterGradient(config.kernelName);
    tf.registerGradient(config);
  };
  for (const fused of FUSED) {
    register({
      kernelName: fused.kernelName,
      ...(fused.saved === 'x' ? { inputsToSave: ['x'] } : { outputsToSave: [true] }),
      gradFunc: (dy, [saved]) => ({ x: () => fusedGradient(fused, dy as tf.Tensor, saved as tf.Tensor) }),
    });
  }
  register({
    kernelName: 'LeakyRelu',
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], { alpha }) => ({
      x: () => leakyReluGradient(dy as tf.Tensor, x as tf.Tensor, y as tf.Tensor, Number(alpha)),
    }),
  });
  register(NEAREST_GRADIENT);
  for (const [kernelName, gradient] of Object.entries(OF_ONE_INPUT)) {
    register({
      kernelName,
      inputsToSave: ['x'],
      gradFunc: (dy, [x], attributes) => ({
        x: () => gradient(dy as tf.Tensor, x as tf.Tensor, attributes),
      }),
    });
  }
  for (const kernelName of FLAT) {
    register({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (_, [a, b]) => ({ a: () => tf.zerosLike(a as tf.Tensor), b: () => tf.zerosLike(b as tf.Tensor) }),
    });
  }
}
