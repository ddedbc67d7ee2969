/**
 * Graphs in the one form that the native binding loads: a SavedModel.
 *
 * Only the fields that are written. Source: tensorflow/core/protobuf/{saved_model,meta_graph}.proto and the files they import.
 *
 * @module
 */
import { parse } from 'protobufjs';
import { type Attribute, type Constant, DTYPE_NUMBERS, type GraphNode } from './graph';

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
  message MetaGraphDef { MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; }
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
`;

const SavedModel = parse(SCHEMA, { keepCase: true }).root.lookupType('tensorflow.SavedModel');

/** Above every feature that a graph of ours uses, below the oldest TensorFlow that is supported. */
const PRODUCER_VERSION = 1000;

export const TAG = 'step';

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

/** Bytes of `saved_model.pb`. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = { node: nodes.map(nodeProto), versions: { producer: PRODUCER_VERSION } };
  const model = { saved_model_schema_version: 1, meta_graphs: [{ meta_info_def: { tags: [TAG] }, graph_def: graph }] };
  return SavedModel.encode(SavedModel.fromObject(model)).finish();
}
