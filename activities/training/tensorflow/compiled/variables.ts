/**
 * The parts of a step's graph that keep something between runs.
 *
 * @module
 */
import { constant, type Dtype, type GraphNode, operation, placeholder, typeOf } from './graph';
import type { Feed } from './session';

/** Node that reads a variable. */
export const readOf = (name: string): string => `${name}/read`;

/** Placeholder for a variable's next value. */
const newOf = (name: string): string => `${name}/new`;

/**
 * A variable of the graph, how to read it, and how to fill it by the node `${name}/load`.
 *
 * The copy matters: a fed tensor may lie in memory of JavaScript's, which must be given back on JavaScript's own thread
 * and not on whichever thread of TensorFlow drops the variable's old value.
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

export const isAssignment = ({ op }: GraphNode): boolean => op === 'AssignVariableOp';

/** A tensor to fetch once all these nodes have run. */
export function after(name: string, tensor: string, nodes: readonly string[]): GraphNode {
  return operation(name, 'Identity', [tensor, ...nodes.map((node) => `^${node}`)], 'float32');
}

/** Variables that are filled together: fetch `${name}/loaded`, feed what `feedOf` makes. */
export function variableGroup(
  name: string,
  members: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>,
): GraphNode[] {
  return [
    ...[...members].flatMap(([member, { dtype, shape }]) => variable(member, dtype, shape)),
    constant(`${name}/one`, { dtype: 'float32', shape: [], values: Float32Array.of(1) }),
    after(
      `${name}/loaded`,
      `${name}/one`,
      [...members.keys()].map((member) => `${member}/load`),
    ),
  ];
}

/** The next value of a variable. */
export function feedOf(name: string, dtype: Dtype, shape: readonly number[], values: Feed['values']): Feed {
  return { name: newOf(name), dtype, shape, values };
}
