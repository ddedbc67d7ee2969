import { type OpAttribute, tf } from '../../native';
import type { Constant } from '../graph';

/** What decides the shapes that an op computes, of one input: of a short constant its elements, which may be axes or sides. */
export type ShapeInput = Pick<tf.TensorInfo, 'shape' | 'dtype'> & { readonly constant: Constant | undefined };

/** Longer constants are operands, not arguments. */
const ARGUMENT_ELEMENTS_MAX = 64;

/**
 * Shapes of what ops have computed. Nothing in a recording may look at values, so that an op with the same attributes and inputs of the same
 * shapes need not run again: residual networks are the same few convolutions over and over, and TensorFlow prepares a kernel for every shape.
 */
export class OutputShapes {
  private readonly known = new Map<string, readonly number[][]>();
  private zeros = new Float32Array(0);

  /** What an op computes, or tensors of zeros in its shapes if it has run before. */
  outputs(op: string, attributes: readonly OpAttribute[], inputs: readonly ShapeInput[], run: () => tf.Tensor[]): tf.Tensor[] {
    const key = keyOf(op, attributes, inputs);
    const shapes = key === undefined ? undefined : this.known.get(key);
    if (shapes !== undefined) return shapes.map((shape) => this.standIn(shape));
    const outputs = run();
    if (key !== undefined && outputs.every(({ dtype }) => dtype === 'float32')) this.known.set(key, outputs.map(({ shape }) => shape));
    return outputs;
  }

  private standIn(shape: number[]): tf.Tensor {
    const size = tf.util.sizeFromShape(shape);
    if (this.zeros.length < size) this.zeros = new Float32Array(size);
    return tf.tensor(this.zeros.subarray(0, size), shape, 'float32');
  }
}

/** `undefined` where shapes may follow from computed whole numbers. */
function keyOf(op: string, attributes: readonly OpAttribute[], inputs: readonly ShapeInput[]): string | undefined {
  if (inputs.some(({ dtype, constant }) => constant === undefined && dtype !== 'float32' && dtype !== 'bool')) return undefined;
  return JSON.stringify([op, attributes, inputs.map(({ dtype, shape, constant }) => [dtype, shape, argument(constant)])]);
}

function argument(constant: Constant | undefined): readonly number[] | null {
  if (constant === undefined || (constant.dtype !== 'int32' && constant.values.length > ARGUMENT_ELEMENTS_MAX)) return null;
  return Array.from(constant.values);
}
