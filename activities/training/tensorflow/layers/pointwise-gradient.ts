/**
 * The gradient of a strided 1 x 1 convolution by its kernel, without TensorFlow's own: with few channels oneDNN's
 * kernel for it writes beyond its memory, which ends the process (TensorFlow 2.21, CPUs).
 *
 * @module
 */
import { tf } from '../native';

const [KERNEL, BACKEND] = ['Conv2DBackpropFilter', 'tensorflow'];

interface FilterGradient {
  readonly strides: number | readonly [number, number];
  readonly filterShape: readonly [number, number, number, number];
  readonly pad: unknown;
  readonly dataFormat: string;
}

const strideOf = ({ strides }: FilterGradient): readonly [number, number] =>
  typeof strides === 'number' ? [strides, strides] : strides;

/** Such a kernel never looks at the pixels between its strides. */
function isStridedPointwise(attributes: FilterGradient): boolean {
  const {
    filterShape: [height, width],
  } = attributes;
  return (
    height === 1 && width === 1 && attributes.dataFormat === 'NHWC' && strideOf(attributes).some((stride) => stride > 1)
  );
}

/** Replaces the kernel; once a process. */
export function mendPointwiseGradient(): void {
  const original = tf.getKernel(KERNEL, BACKEND);
  tf.unregisterKernel(KERNEL, BACKEND);
  tf.registerKernel({
    ...original,
    kernelFunc(args) {
      const attributes = args.attrs as unknown as FilterGradient;
      if (!isStridedPointwise(attributes)) return original.kernelFunc(args);
      const { x, dy } = args.inputs as unknown as { readonly x: tf.Tensor4D; readonly dy: tf.Tensor4D };
      // Means of one pixel each: a slice with strides is the same and takes TensorFlow nine times as long.
      const seen = tf.avgPool(x, 1, [...strideOf(attributes)], 'valid');
      return original.kernelFunc({
        ...args,
        inputs: { x: seen, dy },
        attrs: { ...args.attrs, strides: [1, 1], pad: 'valid' },
      });
    },
  });
}
