/**
 * The optimizer's part of a step: recorded once for all variables of a shape, and copied for each.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import type { ModelVariable } from '../../model';
import type { tf } from '../../native';
import { freeingTensors } from '../../native';
import { OPTIMIZERS } from '../../optimizers';
import { type StepPlan, updateVariable } from '../../step';
import { slotName } from '../../step-state';
import type { GraphNode } from '../graph';
import { rowOf } from '../rows';
import { isTrained, type StateLayout, type Unit } from '../state-layout';
import { assign, readOf } from '../variables';
import type { OutputShapes } from './output-shapes';
import { notCompilable, Recorder } from './recorder';
import { recordingValues } from './recording-values';

/** Stand-ins of a recorded update, and the prefix of its nodes. */
const [VARIABLE, GRADIENT, SLOT, UPDATE] = ['variable', 'gradient', 'slot', 'update'] as const;

interface Update {
  readonly nodes: readonly GraphNode[];
  readonly value: string;
  readonly slots: readonly string[];
}

/** What a step hands to the updates: names of nodes. */
export interface UpdateInputs {
  /** By variable key. */
  readonly gradients: ReadonlyMap<string, string>;
  /** By scalar name. */
  readonly scalars: ReadonlyMap<string, string>;
}

/** Nodes that move variables and slots. @param prefix Of their names. */
export type Updates = (prefix: string, inputs: UpdateInputs) => readonly GraphNode[];

/** The updates of all that the optimizer moves. */
export function recordUpdates({
  plan,
  layout: { units },
  shapes,
}: {
  readonly plan: StepPlan;
  readonly layout: StateLayout;
  readonly shapes: OutputShapes;
}): Updates {
  const recorded = new Map<string, Update>();
  const updateOf = (unit: Unit): Update => {
    const kind = JSON.stringify([
      unit.members[0]?.isKernel,
      unit.shape,
      unit.members[0]?.constraint === null ? null : unit.name,
    ]);
    const found = recorded.get(kind) ?? recordUpdate(plan, unit, shapes);
    recorded.set(kind, found);
    return found;
  };
  const updates = units.filter(isTrained).map((unit) => [unit, updateOf(unit)] as const);
  return (prefix, inputs) => updates.flatMap(([unit, update]) => copyOf(plan, unit, update, prefix, inputs));
}

/** An update's nodes with the names of a unit in place of the stand-ins. */
function copyOf(
  plan: StepPlan,
  unit: Unit,
  { nodes, value, slots }: Update,
  prefix: string,
  { gradients, scalars }: UpdateInputs,
): readonly GraphNode[] {
  const slotNames = OPTIMIZERS[plan.optimizer.name].slots.map((slot) => slotName(slot, unit.name));
  const own = unit.members.map(({ key }) => gradients.get(key) as string);
  const gradient = unit.isRow ? `${prefix}/${unit.name}/gradient` : (own[0] as string);
  const names = new Map([
    [VARIABLE, readOf(unit.name)],
    [GRADIENT, gradient],
    ...scalars,
    ...slotNames.map((slot, i): [string, string] => [`${SLOT}${i}`, readOf(slot)]),
  ]);
  const rename = (name: string): string => names.get(name) ?? `${prefix}/${unit.name}/${name}`;
  const moved = [[unit.name, value] as const, ...slotNames.map((slot, i) => [slot, slots[i] as string] as const)];
  return [
    ...(unit.isRow ? rowOf(unit, gradient, own) : []),
    ...nodes.map((node) => ({ ...node, name: rename(node.name), inputs: node.inputs.map(rename) })),
    ...moved.map(([name, tensor]) => assign(`${prefix}/assign/${name}`, name, rename(tensor), 'float32')),
  ];
}

/** Recorded on two sets of numbers: one that is baked in shows as a difference. */
function recordUpdate(plan: StepPlan, unit: Unit, shapes: OutputShapes): Update {
  const [first, second] = [1, 2].map((seed) => recordOn(plan, unit, { seed, shapes })) as [Update, Update];
  if (!isDeepStrictEqual(first, second))
    throw notCompilable(`the update of ${unit.name} bakes a number into the graph that changes with its input`);
  return first;
}

function recordOn(
  plan: StepPlan,
  { shape, members }: Unit,
  { seed, shapes }: { readonly seed: number; readonly shapes: OutputShapes },
): Update {
  return freeingTensors(() => {
    const recorder = new Recorder(UPDATE, plan.model.network, shapes);
    const bound = (name: string, i: number, of: readonly number[] = shape): tf.Tensor => {
      const tensor = recordingValues(of, 1000 * seed + i);
      recorder.bind(tensor, name);
      return tensor;
    };
    const scalars = new Map(plan.scalarNames.map((name, i) => [name, bound(name, i, []) as tf.Scalar]));
    const slots = OPTIMIZERS[plan.optimizer.name].slots.map((_, i) => bound(`${SLOT}${i}`, 100 + i));
    const inputs = { variable: bound(VARIABLE, 200), gradient: bound(GRADIENT, 201), slots };
    const outputs = recorder.record(() =>
      updateVariable(plan, members[0] as ModelVariable, inputs, (name) => scalars.get(name) as tf.Scalar),
    );
    return {
      value: recorder.nameOf(outputs.value),
      slots: outputs.slots.map((slot) => recorder.nameOf(slot)),
      nodes: recorder.nodes,
    };
  });
}
