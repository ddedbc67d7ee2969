/**
 * Records what tfjs does as a TensorFlow graph: every kernel of the native backend ends in one call that names
 * TensorFlow's own op and attributes.
 *
 * @module
 */
import { modelInvalid, TrainingFailure } from '../../../failures';
import type { tf } from '../../native';
import { native, type NativeBackend, type OpAttribute } from '../../native';
import { type Attribute, type Attributes, type Constant, constant, type Dtype, type GraphNode } from '../graph';
import { lacksDeterministicKernel } from './gpu-determinism';
import { LayerTrace } from './layer-trace';
import type { OutputShapes } from './output-shapes';

/** No graph can stand for what a layer does. */
export const notCompilable = (message: string): TrainingFailure => modelInvalid(`model cannot be compiled: ${message}`);

export class Recorder {
  readonly nodes: GraphNode[] = [];
  /** Elements of the largest output of each op, in their order. */
  readonly sizes: number[] = [];
  /** By data id, which clones share. */
  private readonly names = new WeakMap<object, string>();
  /** By name. */
  private readonly constants = new Map<string, Constant>();
  private readonly trace: LayerTrace;

  /**
   * @param prefix Of the names of all nodes recorded here.
   * @param shapes Of what earlier recordings ran.
   */
  constructor(
    private readonly prefix: string,
    network: tf.LayersModel,
    private readonly shapes: OutputShapes,
  ) {
    this.trace = new LayerTrace(network);
  }

  /** Says that a tensor is the output of a node outside of the recording: a placeholder, say. */
  bind(tensor: tf.TensorInfo, name: string): void {
    this.names.set(tensor.dataId, name);
  }

  /** The node that a tensor comes from; what was there before the recording becomes a constant. */
  nameOf(tensor: tf.TensorInfo): string {
    const known = this.names.get(tensor.dataId);
    if (known !== undefined) return known;
    // A copy: the values may lie in memory that the backend uses again.
    const values = native().readSync(tensor.dataId).slice();
    const name = this.nextName('Const');
    const node = constant(name, { dtype: tensor.dtype as Dtype, shape: tensor.shape, values });
    this.add(node);
    this.constants.set(name, node.constant);
    this.names.set(tensor.dataId, name);
    return name;
  }

  /**
   * Runs `body` op by op and records it.
   * @throws TrainingFailure of type ModelInvalid if it looks at a recorded tensor's values.
   */
  record<T>(body: () => T): T {
    const backend = native() as { -readonly [Member in keyof NativeBackend]: NativeBackend[Member] };
    const { executeSingleOutput, executeMultipleOutputs, readSync } = backend;
    backend.executeSingleOutput = (op, attributes, inputs) =>
      this.operation(op, attributes, inputs, () => [
        executeSingleOutput.call(backend, op, attributes, inputs),
      ])[0] as tf.Tensor;
    backend.executeMultipleOutputs = (op, attributes, inputs, count) =>
      this.operation(op, attributes, inputs, () => executeMultipleOutputs.call(backend, op, attributes, inputs, count));
    backend.readSync = (dataId) => {
      const name = this.names.get(dataId);
      if (name !== undefined && !this.constants.has(name))
        throw notCompilable(`${this.place()} looks at the values of a tensor while it computes`);
      return readSync.call(backend, dataId);
    };
    try {
      return this.trace.run(body);
    } catch (error) {
      throw this.explained(error);
    } finally {
      Object.assign(backend, { executeSingleOutput, executeMultipleOutputs, readSync });
    }
  }

  /** An op that fails here fails at every batch: tfjs lacks a gradient, say. */
  private explained(error: unknown): Error {
    if (error instanceof TrainingFailure) return error;
    return modelInvalid(
      `model cannot be trained: ${this.trace.failed ?? 'the gradient of a layer'} fails: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }

  private operation(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    run: () => tf.Tensor[],
  ): tf.Tensor[] {
    const sources = inputs.map((input) => this.nameOf(input));
    const given = inputs.map(({ shape, dtype }, i) => ({
      shape,
      dtype,
      constant: this.constants.get(sources[i] as string),
    }));
    const written = this.attributes(attributes);
    if (native().binding.isUsingGpuDevice() && lacksDeterministicKernel(op, written))
      throw notCompilable(
        `${this.place()} uses ${op}, which TensorFlow cannot repeat to the bit on a GPU; train on CPUs`,
      );
    const outputs = this.shapes.outputs(op, attributes, given, run);
    const name = this.nextName(op);
    this.add({ name, op, inputs: sources, attributes: written });
    this.sizes.push(Math.max(0, ...outputs.map(({ size }) => size)));
    outputs.forEach((output, i) => this.names.set(output.dataId, i === 0 ? name : `${name}:${i}`));
    return outputs;
  }

  private add(node: GraphNode): void {
    const layer = this.trace.current;
    this.nodes.push(layer === undefined ? node : { ...node, layer });
  }

  private nextName(op: string): string {
    return `${this.prefix}/${op.replaceAll(/\W/g, '')}_${this.nodes.length}`;
  }

  private place(): string {
    return this.trace.current ?? 'the step outside of any layer';
  }

  private attributes(attributes: readonly OpAttribute[]): Attributes {
    return Object.fromEntries(attributes.map((attribute) => [attribute.name, this.attribute(attribute)]));
  }

  private attribute({ name, type, value }: OpAttribute): Attribute {
    const { binding } = native();
    const many = Array.isArray(value);
    switch (type) {
      case binding.TF_ATTR_STRING:
        return { s: String(value) };
      case binding.TF_ATTR_INT:
        return many ? { list: { i: value } } : { i: value as number };
      case binding.TF_ATTR_FLOAT:
        return many ? { list: { f: value } } : { f: value as number };
      case binding.TF_ATTR_BOOL:
        return many ? { list: { b: value } } : { b: value as boolean };
      case binding.TF_ATTR_TYPE:
        return many ? { list: { type: value } } : { type: value as number };
      case binding.TF_ATTR_SHAPE:
        return { shape: value as readonly number[] };
      default:
        throw notCompilable(`${this.place()} uses an op whose attribute '${name}' has the unknown type ${type}`);
    }
  }
}
