/**
 * Where a training's state lies in the graph: kernels are parts of one long vector, biases and parameters of
 * normalization of another, moving statistics of a third, so that a deep network's hundred small variables cost one
 * update instead of a hundred, in TensorFlow's planning as in every step. The elements, and so the bits, are the same.
 *
 * @module
 */
import type { ModelVariable } from '../model';
import { OPTIMIZERS } from '../optimizers';
import type { HostTensor, HostTensors } from '../../safetensors';
import type { StepPlan } from '../step';
import { AVERAGE, slotName, stateShapes, tensorOf } from '../step-state';
import type { Dtype, GraphNode } from './graph';
import { memberOf, splitRow } from './rows';
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

/** Elements of a tensor. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/**
 * Larger variables are worth an update of their own: a row costs every step a copy of its members and one of their
 * gradients.
 */
const ROW_MEMBER_ELEMENTS_MAX = 65_536;

/** What is frozen needs no update, and would only be copied out of its row in every step. */
const fitsRow = ({ variable, constraint, frozen }: ModelVariable): boolean =>
  variable.size <= ROW_MEMBER_ELEMENTS_MAX && constraint === null && !frozen;

export function layoutOf(plan: StepPlan): StateLayout {
  const { variables } = plan.model;
  const alone = (item: ModelVariable): Unit => ({
    name: item.key,
    shape: item.variable.shape,
    members: [item],
    isRow: false,
  });
  const row = (name: string, members: readonly ModelVariable[]): Unit[] =>
    members.length < 2
      ? members.map(alone)
      : [{ name, members, isRow: true, shape: [members.reduce((sum, { variable }) => sum + variable.size, 0)] }];
  const small = variables.filter(fitsRow);
  const units = [
    ...variables.filter((item) => !fitsRow(item)).map(alone),
    ...row(
      'kernels',
      small.filter(({ trainable, isKernel }) => trainable && isKernel),
    ),
    ...row(
      'vectors',
      small.filter(({ trainable, isKernel }) => trainable && !isKernel),
    ),
    ...row(
      'statistics',
      small.filter(({ trainable }) => !trainable),
    ),
  ];
  const { slots } = OPTIMIZERS[plan.optimizer.name];
  const stored = (unit: Unit, nameOf: (name: string) => string): Stored => ({
    name: nameOf(unit.name),
    shape: unit.shape,
    members: unit.members.map(({ key, variable }) => ({ name: nameOf(key), shape: variable.shape })),
  });
  return {
    units,
    shapes: stateShapes(plan),
    stored: [
      ...units.map((unit) => stored(unit, (name) => name)),
      ...units.filter(isTrained).flatMap((unit) => slots.map((slot) => stored(unit, (name) => slotName(slot, name)))),
      ...(plan.averages ? units.filter(moves).map((unit) => stored(unit, (name) => slotName(AVERAGE, name))) : []),
    ],
  };
}

/** Whether the optimizer moves a unit. */
export const isTrained = ({ members: [first] }: Unit): boolean => first?.trainable === true;

/** Whether a step may change a unit. */
export const moves = ({ members: [first] }: Unit): boolean => first?.frozen === false;

/** Names of the tensors with the values of the model's variables, by key. */
export function readsOf({ units }: StateLayout): ReadonlyMap<string, string> {
  return new Map(
    units.flatMap((unit) =>
      unit.members.map(({ key }, i): [string, string] => [key, unit.isRow ? memberOf(unit, i) : readOf(key)]),
    ),
  );
}

/** The state's nodes; filled by `stateFeeds`. */
export function stateNodes({ units, stored }: StateLayout): GraphNode[] {
  const variables = stored.map(
    ({ name, shape }): [string, { readonly dtype: Dtype; readonly shape: readonly number[] }] => [
      name,
      { dtype: 'float32', shape },
    ],
  );
  return [...variableGroup('state', new Map(variables)), ...units.filter(({ isRow }) => isRow).flatMap(splitRow)];
}

/** The next values of all variables. @throws RangeError if a tensor is missing or of another shape. */
export function stateFeeds({ stored }: StateLayout, state: HostTensors): Feed[] {
  return stored.map(({ name, shape, members }) => {
    const tensors = members.map((member) => tensorOf(state, member.name, member.shape).values);
    const [first] = tensors;
    return feedOf(
      name,
      'float32',
      shape,
      tensors.length === 1 && first !== undefined ? first : concatenated(tensors, sizeOf(shape)),
    );
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

/** Values of units, taken apart into those of the model's variables by key. */
export function membersOf(units: readonly Unit[], values: readonly Float32Array[]): HostTensors {
  const stored = units.map(({ members }) => members.map(({ key, variable: { shape } }) => ({ name: key, shape })));
  return takenApart(stored, values);
}

/** A copy of the whole state. */
export function readState(session: Session, { stored, shapes }: StateLayout): HostTensors {
  const values = session.run(
    [],
    stored.map(({ name }) => readOf(name)),
  );
  const tensors = takenApart(
    stored.map(({ members }) => members),
    values as Float32Array[],
  );
  return new Map([...shapes.keys()].map((name): [string, HostTensor] => [name, tensorOf(tensors, name)]));
}

function takenApart(rows: readonly Stored['members'][], values: readonly Float32Array[]): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  rows.forEach((members, i) => {
    let offset = 0;
    for (const { name, shape } of members) {
      const size = sizeOf(shape);
      tensors.set(name, { shape, values: (values[i] as Float32Array).slice(offset, offset + size) });
      offset += size;
    }
  });
  return tensors;
}
