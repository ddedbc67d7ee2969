/**
 * Ops that TensorFlow 2.21 refuses to run on a GPU when results must repeat (`TF_DETERMINISTIC_OPS`).
 *
 * Source: the messages of the pinned GPU library (`strings libtensorflow_cc.so.2 | grep -i determinis`), and the
 * release notes of TensorFlow 2.8 and 2.9 for what has got a kernel since: segment sums, gradients of `gather`, bilinear
 * resizing and depthwise convolutions run on the GPU, scatters on the CPU.
 *
 * @module
 */
import type { Attributes } from '../graph';

const ALWAYS: ReadonlySet<string> = new Set([
  'AdjustContrast',
  'AdjustContrastv2',
  'Bincount',
  'CropAndResizeGradBoxes',
  'CropAndResizeGradImage',
  'DebugNumericSummaryV2',
  'DenseBincount',
  'Dilation2DBackpropFilter',
  'Dilation2DBackpropInput',
  'FakeQuantWithMinMaxVarsGradient',
  'FakeQuantWithMinMaxVarsPerChannelGradient',
  'MaxPoolGradWithArgmax',
  'ResizeNearestNeighborGrad',
  'ScatterAdd',
  'ScatterDiv',
  'ScatterMul',
  'ScatterNdAdd',
  'ScatterNdSub',
  'ScatterNdUpdate',
  'ScatterSub',
  'ScatterUpdate',
  'SoftmaxCrossEntropyWithLogits',
  'SparseSoftmaxCrossEntropyWithLogits',
  'SparseTensorDenseMatMul',
  'Svd',
  'Timestamp',
]);

/** Only where they are gradients of an answer by moving averages. */
const OF_INFERENCE: ReadonlySet<string> = new Set([
  'FusedBatchNormGrad',
  'FusedBatchNormGradV2',
  'FusedBatchNormGradV3',
]);

/** Whether a GPU would refuse this op. */
export function lacksDeterministicKernel(op: string, attributes: Attributes): boolean {
  const { is_training: training } = attributes;
  return ALWAYS.has(op) || (OF_INFERENCE.has(op) && training !== undefined && 'b' in training && !training.b);
}
