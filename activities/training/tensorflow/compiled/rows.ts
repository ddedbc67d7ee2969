/**
 * Variables of the model that lie in one variable of the graph: how they are taken out of the row, and put into one.
 *
 * @module
 */
import { constant, type GraphNode, operation, typeOf } from './graph';
import type { Unit } from './state-layout';
import { readOf } from './variables';

const pieceOf = ({ name }: Unit, i: number): string => (i === 0 ? `${name}/split` : `${name}/split:${i}`);

const shapedOf = ({ name }: Unit, i: number): string => `${name}/member-${i}`;

/** Name of the tensor with a member's value. */
export const memberOf = (unit: Unit, i: number): string =>
  unit.members[i]?.variable.rank === 1 ? pieceOf(unit, i) : shapedOf(unit, i);

/** Takes a row apart. */
export function splitRow(unit: Unit): GraphNode[] {
  const { name, members } = unit;
  return [
    integers(
      `${name}/sizes`,
      members.map(({ variable }) => variable.size),
    ),
    axisOf(name),
    {
      name: `${name}/split`,
      op: 'SplitV',
      inputs: [readOf(name), `${name}/sizes`, `${name}/axis`],
      attributes: { T: typeOf('float32'), Tlen: typeOf('int32'), num_split: { i: members.length } },
    },
    ...members.flatMap(({ variable: { rank, shape } }, i) =>
      rank === 1 ? [] : reshaped(shapedOf(unit, i), pieceOf(unit, i), shape),
    ),
  ];
}

/** A row of tensors with the members' shapes. @param name Of the node; the row is known by it. */
export function rowOf({ members }: Unit, name: string, tensors: readonly string[]): GraphNode[] {
  const flat = members.map(({ variable }, i) =>
    variable.rank === 1 ? [] : reshaped(`${name}/flat-${i}`, tensors[i] as string, [variable.size]),
  );
  const vectors = flat.map((nodes, i) => nodes.at(-1)?.name ?? (tensors[i] as string));
  return [
    ...flat.flat(),
    axisOf(name),
    {
      name,
      op: 'ConcatV2',
      inputs: [...vectors, `${name}/axis`],
      attributes: { T: typeOf('float32'), Tidx: typeOf('int32'), N: { i: vectors.length } },
    },
  ];
}

const axisOf = (name: string): GraphNode =>
  constant(`${name}/axis`, { dtype: 'int32', shape: [], values: Int32Array.of(0) });

const integers = (name: string, values: readonly number[]): GraphNode =>
  constant(name, { dtype: 'int32', shape: [values.length], values: Int32Array.from(values) });

function reshaped(name: string, tensor: string, shape: readonly number[]): GraphNode[] {
  return [
    integers(`${name}/shape`, shape),
    operation(name, 'Reshape', [tensor, `${name}/shape`], 'float32', { Tshape: typeOf('int32') }),
  ];
}
