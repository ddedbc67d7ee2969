/**
 * Graphs in the one form that the native binding loads: a SavedModel.
 *
 * Only the fields that are written. Source: tensorflow/core/protobuf/{saved_model,meta_graph}.proto and the files they
 * import.
 *
 * @module
 */
import { parse } from 'protobufjs';
import { type Attribute, type Constant, type Dtype, DTYPE_NUMBERS, type GraphNode } from './graph';

const SCHEMA = `
  syntax = "proto3";
  package tensorflow;
  message TensorShapeProto { message Dim { int64 size = 1; } repeated Dim dim = 2; }
  message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; }
  message AttrValue {
    message ListValue { repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated int32 type = 6; }
    oneof value { ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; TensorShapeProto shape = 7; TensorProto tensor = 8; }
  }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
  message VersionDef { int32 producer = 1; }
  message GraphDef { repeated NodeDef node = 1; VersionDef versions = 4; }
  message MetaInfoDef { repeated string tags = 4; }
  message TensorInfo { string name = 1; int32 dtype = 2; TensorShapeProto tensor_shape = 3; }
  message SignatureDef { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; string method_name = 3; }
  message MetaGraphDef { MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; map<string, SignatureDef> signature_def = 5; }
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
`;

const SavedModel = parse(SCHEMA, { keepCase: true }).root.lookupType('tensorflow.SavedModel');

/** Above every feature that a graph of ours uses, below the oldest TensorFlow that is supported. */
const PRODUCER_VERSION = 1000;

/** A tensor that callers name, by the node that it is the output of. */
export interface Endpoint {
  readonly node: string;
  readonly dtype: Dtype;
  /** -1 for a side that may have any length. */
  readonly shape: readonly number[];
}

/** What a server may be asked for. */
export interface Signature {
  readonly inputs: Readonly<Record<string, Endpoint>>;
  readonly outputs: Readonly<Record<string, Endpoint>>;
}

export interface SavedGraph {
  /** What a loader asks for the graph by. */
  readonly tag: string;
  /** By name. */
  readonly signatures?: Readonly<Record<string, Signature>>;
}

const shapeProto = (shape: readonly number[]): object => ({ dim: shape.map((size) => ({ size })) });

function attributeProto(attribute: Attribute): object {
  if ('s' in attribute) return { s: Buffer.from(attribute.s) };
  return 'shape' in attribute ? { shape: shapeProto(attribute.shape) } : attribute;
}

function tensorProto({ dtype, shape, values }: Constant): object {
  const content = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return { tensor: { dtype: DTYPE_NUMBERS[dtype], tensor_shape: shapeProto(shape), tensor_content: content } };
}

function nodeProto({ name, op, inputs, attributes, constant }: GraphNode): object {
  const attr = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeProto(value)]));
  return { name, op, input: inputs, attr: constant === undefined ? attr : { ...attr, value: tensorProto(constant) } };
}

function mapped<From>(entries: Readonly<Record<string, From>>, map: (entry: From) => object): object {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, map(entry)]));
}

const endpointProto = ({ node, dtype, shape }: Endpoint): object => ({
  name: `${node}:0`,
  dtype: DTYPE_NUMBERS[dtype],
  tensor_shape: shapeProto(shape),
});

const signatureProto = ({ inputs, outputs }: Signature): object => ({
  inputs: mapped(inputs, endpointProto),
  outputs: mapped(outputs, endpointProto),
  method_name: 'tensorflow/serving/predict',
});

/** Bytes of `saved_model.pb`. */
export function encodeSavedModel(nodes: readonly GraphNode[], { tag, signatures = {} }: SavedGraph): Uint8Array {
  const graph = { node: nodes.map(nodeProto), versions: { producer: PRODUCER_VERSION } };
  const meta = { meta_info_def: { tags: [tag] }, graph_def: graph, signature_def: mapped(signatures, signatureProto) };
  const model = { saved_model_schema_version: 1, meta_graphs: [meta] };
  // Plain objects as they are: converting thousands of them would take longer than writing them.
  return SavedModel.encode(model).finish();
}
