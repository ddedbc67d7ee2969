/**
 * The one door to TensorFlow: the tfjs package and the few members of its native backend that its types leave out.
 *
 * @module
 */
import '../environment';
import './util-functions';
import * as tf from '@tensorflow/tfjs-node-gpu';

export { tf };

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | object | readonly number[];
}

export interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  runSavedModel(
    session: number,
    inputIds: readonly number[],
    inputNames: string,
    outputNames: string,
  ): OutputMetadata[];
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

export interface NativeBackend {
  readonly binding: NativeBinding;
  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
}

/** The native backend. */
export function native(): NativeBackend {
  return tf.backend() as unknown as NativeBackend;
}

/** A type attribute, e.g. `T`. */
export function typeAttribute(name: string, dtype: 'float32' | 'int32' | 'bool'): OpAttribute {
  const { binding } = native();
  const types = { float32: binding.TF_FLOAT, int32: binding.TF_INT32, bool: binding.TF_BOOL };
  return { name, type: binding.TF_ATTR_TYPE, value: types[dtype] };
}

export const floatAttribute = (name: string, value: number): OpAttribute => ({
  name,
  type: native().binding.TF_ATTR_FLOAT,
  value,
});
export const boolAttribute = (name: string, value: boolean): OpAttribute => ({
  name,
  type: native().binding.TF_ATTR_BOOL,
  value,
});
export const stringAttribute = (name: string, value: string): OpAttribute => ({
  name,
  type: native().binding.TF_ATTR_STRING,
  value,
});

/** Versions of TensorFlow and of tfjs, and the device, e.g. `tensorflow 2.21.0, tfjs 4.22.0, cpu`. */
export function libraryIdentity(): string {
  const { binding } = native();
  return `tensorflow ${binding.TF_Version}, tfjs ${tf.version['tfjs-core']}, ${binding.isUsingGpuDevice() ? 'gpu' : 'cpu'}`;
}

/**
 * Runs `body` and frees the tensors it made, whatever it returns; `tf.tidy` looks for tensors to keep in every object.
 */
export function freeingTensors<T>(body: () => T): T {
  tf.engine().startScope();
  try {
    return body();
  } finally {
    tf.engine().endScope();
  }
}

/** The one tensor that a layer is called with. */
export const inputOf = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor =>
  Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
