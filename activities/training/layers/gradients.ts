/**
 * Gradients that TensorFlow has as one op and tfjs spells out in many: ReLU's takes seven there, one of them an upload of ones
 * the size of the activation.
 *
 * @module
 */
import { native, tf, typeAttribute } from '../native';

type Saved = 'x' | 'y';

/** Forward kernel, the gradient op, and which side of the forward op the gradient op wants as its second input. */
const FUSED: readonly (readonly [kernel: string, op: string, saved: Saved])[] = [
  ['Relu', 'ReluGrad', 'x'],
  ['Relu6', 'Relu6Grad', 'x'],
  ['Sigmoid', 'SigmoidGrad', 'y'],
  ['Tanh', 'TanhGrad', 'y'],
];

/** `ReluGrad(dy, x)` but `SigmoidGrad(y, dy)`: TensorFlow's own order. */
function gradientOp(op: string, saved: Saved, dy: tf.Tensor, other: tf.Tensor): tf.Tensor {
  return native().executeSingleOutput(op, [typeAttribute('T', 'float32')], saved === 'x' ? [dy, other] : [other, dy]);
}

/** Tiling's gradient, one sum: tfjs adds up as many slices as there are tiles, which `LayerNormalization` makes one per example. */
function tileGradient(dy: tf.Tensor, x: tf.Tensor, reps: readonly number[]): tf.Tensor {
  const apart = x.shape.flatMap((side, axis) => [reps[axis] ?? 1, side]);
  return tf.sum(tf.reshape(dy, apart), x.shape.map((_, axis) => 2 * axis));
}

let registered = false;

/** Puts the fused gradients in place of tfjs' own, once a process. */
export function registerFusedGradients(): void {
  if (registered) return;
  registered = true;
  for (const [kernelName, op, saved] of FUSED) {
    tf.unregisterGradient(kernelName);
    tf.registerGradient({
      kernelName,
      ...(saved === 'x' ? { inputsToSave: ['x'] } : { outputsToSave: [true] }),
      gradFunc: (dy, [other]) => ({ x: () => gradientOp(op, saved, dy as tf.Tensor, other as tf.Tensor) }),
    });
  }
  tf.unregisterGradient('Tile');
  tf.registerGradient({
    kernelName: 'Tile', inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => tileGradient(dy as tf.Tensor, x as tf.Tensor, (attrs as unknown as { readonly reps: readonly number[] }).reps) }),
  });
}
