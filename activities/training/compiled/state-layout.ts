/**
 * Where a training's state lies in the graph: all biases and parameters of normalization are parts of one long vector, all moving statistics
 * of another, so that a deep network's hundred small variables cost one update instead of a hundred, in TensorFlow's planning as in every step.
 * The elements, and so the bits, are the same.
 *
 * @module
 */
import type { ModelVariable } from '../model';
import { OPTIMIZERS } from '../optimizers';
import type { HostTensor, HostTensors } from '../safetensors';
import type { StepPlan } from '../step';
import { slotName, stateShapes, tensorOf } from '../step-state';
import { constant, type Dtype, type GraphNode, typeOf } from './graph';
import type { Feed, Session } from './session';
import { feedOf, readOf, variableGroup } from './variables';

/** A variable of the graph that holds one variable of the model, or some in a row. */
export interface Unit {
  readonly name: string;
  readonly shape: readonly number[];
  readonly members: readonly ModelVariable[];
  readonly isRow: boolean;
}

/** A variable of the graph and the state tensors in it, in a row. */
interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly members: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface StateLayout {
  /** Of the model's variables. */
  readonly units: readonly Unit[];
  readonly stored: readonly Stored[];
  /** State tensors in the order of checkpoints. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

const isVector = ({ variable, isKernel, constraint }: ModelVariable): boolean => variable.rank === 1 && !isKernel && constraint === null;

export function layoutOf(plan: StepPlan): StateLayout {
  const { variables } = plan.model;
  const alone = (item: ModelVariable): Unit => ({ name: item.key, shape: item.variable.shape, members: [item], isRow: false });
  const row = (name: string, members: readonly ModelVariable[]): Unit[] =>
    members.length < 2 ? members.map(alone) : [{ name, members, isRow: true, shape: [members.reduce((sum, { variable }) => sum + variable.size, 0)] }];
  const units = [
    ...variables.filter((item) => !isVector(item)).map(alone),
    ...row('vectors', variables.filter((item) => isVector(item) && item.trainable)),
    ...row('statistics', variables.filter((item) => isVector(item) && !item.trainable)),
  ];
  const { slots } = OPTIMIZERS[plan.optimizer.name];
  const stored = (unit: Unit, nameOf: (name: string) => string): Stored =>
    ({ name: nameOf(unit.name), shape: unit.shape, members: unit.members.map(({ key, variable }) => ({ name: nameOf(key), shape: variable.shape })) });
  return {
    units, shapes: stateShapes(plan),
    stored: [
      ...units.map((unit) => stored(unit, (name) => name)),
      ...units.filter(isTrained).flatMap((unit) => slots.map((slot) => stored(unit, (name) => slotName(slot, name)))),
    ],
  };
}

/** Whether the optimizer moves a unit. */
export const isTrained = ({ members: [first] }: Unit): boolean => first?.trainable === true;

const splitOf = (unit: Unit): string => `${unit.name}/split`;

/** Names of the tensors with the values of the model's variables, by key. */
export function readsOf({ units }: StateLayout): ReadonlyMap<string, string> {
  return new Map(units.flatMap((unit) => unit.members.map(({ key }, i): [string, string] => [key, unit.isRow ? outputOf(splitOf(unit), i) : readOf(key)])));
}

const outputOf = (node: string, i: number): string => (i === 0 ? node : `${node}:${i}`);

/** The state's nodes; filled by `stateFeeds`. */
export function stateNodes({ units, stored }: StateLayout): GraphNode[] {
  const sizes = (unit: Unit): GraphNode =>
    constant(`${unit.name}/sizes`, { dtype: 'int32', shape: [unit.members.length], values: Int32Array.from(unit.members, ({ variable }) => variable.size) });
  const split = (unit: Unit): GraphNode[] => [
    sizes(unit), constant(`${unit.name}/axis`, { dtype: 'int32', shape: [], values: Int32Array.of(0) }),
    {
      name: splitOf(unit), op: 'SplitV', inputs: [readOf(unit.name), `${unit.name}/sizes`, `${unit.name}/axis`],
      attributes: { T: typeOf('float32'), Tlen: typeOf('int32'), num_split: { i: unit.members.length } },
    },
  ];
  const variables = stored.map(({ name, shape }): [string, { readonly dtype: Dtype; readonly shape: readonly number[] }] => [name, { dtype: 'float32', shape }]);
  return [...variableGroup('state', new Map(variables)), ...units.filter(({ isRow }) => isRow).flatMap(split)];
}

/** A row of vectors. @param name Of the node; its value is known by it. */
export function rowOf(name: string, vectors: readonly string[]): GraphNode[] {
  const axis = constant(`${name}/axis`, { dtype: 'int32', shape: [], values: Int32Array.of(0) });
  return [axis, { name, op: 'ConcatV2', inputs: [...vectors, axis.name], attributes: { T: typeOf('float32'), Tidx: typeOf('int32'), N: { i: vectors.length } } }];
}

/** The next values of all variables. @throws RangeError if a tensor is missing or of another shape. */
export function stateFeeds({ stored }: StateLayout, state: HostTensors): Feed[] {
  return stored.map(({ name, shape, members }) => {
    const tensors = members.map((member) => tensorOf(state, member.name, member.shape).values);
    const [first] = tensors;
    return feedOf(name, 'float32', shape, tensors.length === 1 && first !== undefined ? first : concatenated(tensors, sizeOf(shape)));
  });
}

function concatenated(parts: readonly Float32Array[], size: number): Float32Array {
  const row = new Float32Array(size);
  let offset = 0;
  for (const part of parts) {
    row.set(part, offset);
    offset += part.length;
  }
  return row;
}

/** A copy of the whole state. */
export function readState(session: Session, { stored, shapes }: StateLayout): HostTensors {
  const values = session.run([], stored.map(({ name }) => readOf(name)));
  const tensors = new Map<string, HostTensor>();
  stored.forEach(({ members }, i) => {
    let offset = 0;
    for (const { name, shape } of members) {
      const size = sizeOf(shape);
      tensors.set(name, { shape, values: (values[i] as Float32Array).slice(offset, offset + size) });
      offset += size;
    }
  });
  return new Map([...shapes.keys()].map((name): [string, HostTensor] => [name, tensorOf(tensors, name)]));
}
