/**
 * The parts of a step's graph that keep something between runs.
 *
 * @module
 */
import type { ExampleSet } from '../step-engine';
import { constant, type Dtype, type GraphNode, operation, placeholder, typeOf } from './graph';
import type { Feed } from './session';

/** Node that reads a variable. */
export const readOf = (name: string): string => `${name}/read`;

/** Placeholder for a variable's next value. */
const newOf = (name: string): string => `${name}/new`;

/**
 * A variable of the graph, how to read it, and how to fill it by the node `${name}/load`.
 *
 * The copy matters: a fed tensor may lie in memory of JavaScript's, which must be given back on JavaScript's own thread and not on
 * whichever thread of TensorFlow drops the variable's old value.
 */
function variable(name: string, dtype: Dtype, shape: readonly number[]): GraphNode[] {
  const attributes = { dtype: typeOf(dtype) };
  return [
    { name, op: 'VarHandleOp', inputs: [], attributes: { ...attributes, shape: { shape }, shared_name: { s: name } } },
    { name: readOf(name), op: 'ReadVariableOp', inputs: [name], attributes },
    placeholder(newOf(name), dtype, shape),
    operation(`${name}/copy`, 'DeepCopy', [newOf(name)], dtype),
    assign(`${name}/load`, name, `${name}/copy`, dtype),
  ];
}

/** A node that puts a tensor into a variable. */
export function assign(name: string, variableName: string, tensor: string, dtype: Dtype): GraphNode {
  return { name, op: 'AssignVariableOp', inputs: [variableName, tensor], attributes: { dtype: typeOf(dtype) } };
}

/** A tensor to fetch once all these nodes have run. */
export function after(name: string, tensor: string, nodes: readonly string[]): GraphNode {
  return operation(name, 'Identity', [tensor, ...nodes.map((node) => `^${node}`)], 'float32');
}

/** Variables that are filled together: fetch `${name}/loaded`, feed what `feedOf` makes. */
export function variableGroup(name: string, members: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>): GraphNode[] {
  return [
    ...[...members].flatMap(([member, { dtype, shape }]) => variable(member, dtype, shape)),
    constant(`${name}/one`, { dtype: 'float32', shape: [], values: Float32Array.of(1) }),
    after(`${name}/loaded`, `${name}/one`, [...members.keys()].map((member) => `${member}/load`)),
  ];
}

/** The next value of a variable. */
export function feedOf(name: string, dtype: Dtype, shape: readonly number[], values: Feed['values']): Feed {
  return { name: newOf(name), dtype, shape, values };
}

export const IMAGES = 'data/images';
export const LABELS = 'data/labels';

/** The examples of all parts in a row, as the graph holds them. */
export function dataFeeds(parts: readonly ExampleSet[]): Feed[] {
  const examples = parts.reduce((sum, part) => sum + part.examples, 0);
  const images = new Uint8Array(parts.reduce((sum, part) => sum + part.images.length, 0));
  const labels = new Int32Array(examples);
  let row = 0;
  for (const part of parts) {
    images.set(part.images, row * (part.images.length / part.examples));
    labels.set(part.labels, row);
    row += part.examples;
  }
  return [feedOf(IMAGES, 'uint8', [examples, ...(parts[0]?.shape ?? [])], images), feedOf(LABELS, 'int32', [examples], labels)];
}

/** Nodes `${prefix}/images` and `${prefix}/labels`: the examples at the placeholder `${prefix}/indices`. */
export function gatherExamples(prefix: string, batchSize: number): GraphNode[] {
  const gather = (name: string, source: string, dtype: Dtype): GraphNode => ({
    name, op: 'ResourceGather', inputs: [source, `${prefix}/indices`], attributes: { dtype: typeOf(dtype), Tindices: typeOf('int32') },
  });
  return [
    placeholder(`${prefix}/indices`, 'int32', [batchSize]),
    gather(`${prefix}/pixels`, IMAGES, 'uint8'),
    { name: `${prefix}/images`, op: 'Cast', inputs: [`${prefix}/pixels`], attributes: { SrcT: typeOf('uint8'), DstT: typeOf('float32') } },
    gather(`${prefix}/labels`, LABELS, 'int32'),
  ];
}
