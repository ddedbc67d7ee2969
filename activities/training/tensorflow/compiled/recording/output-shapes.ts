import { type OpAttribute, tf } from '../../native';
import type { Constant } from '../graph';

/**
 * What decides the shapes that an op computes, of one input: of a short constant its elements, which may be axes or
 * sides.
 */
export type ShapeInput = Pick<tf.TensorInfo, 'shape' | 'dtype'> & { readonly constant: Constant | undefined };

/** Longer constants are operands, not arguments. */
const ARGUMENT_ELEMENTS_MAX = 64;

/**
 * Ops for which another number of examples changes nothing but that number: which inputs have an example a row (or are
 * the shape of such a tensor), the last one for certain, and which outputs have.
 */
const BY_EXAMPLE: Readonly<
  Record<string, { readonly inputs: readonly number[]; readonly outputs: readonly number[] }>
> = {
  Conv2D: { inputs: [0], outputs: [0] },
  Conv2DBackpropInput: { inputs: [0, 2], outputs: [0] },
  Conv2DBackpropFilter: { inputs: [0, 2], outputs: [] },
  DepthwiseConv2dNative: { inputs: [0], outputs: [0] },
  DepthwiseConv2dNativeBackpropInput: { inputs: [0, 2], outputs: [0] },
  DepthwiseConv2dNativeBackpropFilter: { inputs: [0, 2], outputs: [] },
  AvgPool: { inputs: [0], outputs: [0] },
  AvgPoolGrad: { inputs: [0, 1], outputs: [0] },
  MaxPool: { inputs: [0], outputs: [0] },
  MaxPoolGrad: { inputs: [0, 1, 2], outputs: [0] },
  FusedBatchNormV3: { inputs: [0], outputs: [0] },
  FusedBatchNormGradV3: { inputs: [0, 1], outputs: [0] },
};

/**
 * Shapes of what ops have computed. Nothing in a recording may look at values, so that an op with the same attributes
 * and inputs of the same shapes need not run again: residual networks are the same few convolutions over and over, and
 * TensorFlow prepares a kernel for every shape.
 */
export class OutputShapes {
  private readonly known = new Map<string, readonly number[][]>();
  private zeros = new Float32Array(0);

  /** What an op computes, or tensors of zeros in its shapes if it has run before. */
  outputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly ShapeInput[],
    run: () => tf.Tensor[],
  ): tf.Tensor[] {
    const key = keyOf(op, attributes, inputs);
    const shapes = key === undefined ? undefined : this.known.get(key);
    if (shapes !== undefined) return shapes.map((shape, i) => this.standIn(ofExamples(op, inputs, shape, i)));
    const outputs = run();
    if (key !== undefined && outputs.every(({ dtype }) => dtype === 'float32'))
      this.known.set(
        key,
        outputs.map(({ shape }) => shape),
      );
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
  if (inputs.some(({ dtype, constant }) => constant === undefined && dtype !== 'float32' && dtype !== 'bool'))
    return undefined;
  const withExamples = BY_EXAMPLE[op]?.inputs;
  return JSON.stringify([
    op,
    attributes,
    inputs.map(({ dtype, shape, constant }, i) => {
      const sides = [shape, argument(constant)];
      return [dtype, ...(withExamples?.includes(i) ? sides.map((of) => of?.slice(1)) : sides)];
    }),
  ]);
}

function argument(constant: Constant | undefined): readonly number[] | null {
  if (constant === undefined || (constant.dtype !== 'int32' && constant.values.length > ARGUMENT_ELEMENTS_MAX))
    return null;
  return Array.from(constant.values);
}

/** The known shape of an output for as many examples as there are. */
function ofExamples(op: string, inputs: readonly ShapeInput[], shape: number[], output: number): number[] {
  const byExample = BY_EXAMPLE[op];
  if (byExample?.outputs.includes(output) !== true) return shape;
  const [examples] = inputs[byExample.inputs.at(-1) as number]?.shape ?? [];
  return [examples as number, ...shape.slice(1)];
}
