/**
 * The tensors that a training carries from step to step, by name: model keys, and `slots.<slot>.<model key>`.
 *
 * @module
 */
import type { TrainableModel } from './model';
import { tf } from './native';
import { OPTIMIZERS } from './optimizers';
import type { HostTensor, HostTensors } from '../safetensors';
import { averagedVariables, type StepPlan, trainableVariables } from './step';

/** Slot of the average of a variable. */
export const AVERAGE = 'average';

/** Name of a variable's slot. */
export const slotName = (slot: string, key: string): string => `slots.${slot}.${key}`;

/** Names and shapes of all of a plan's tensors: model variables first. */
export function stateShapes(plan: StepPlan): ReadonlyMap<string, readonly number[]> {
  const slots = OPTIMIZERS[plan.optimizer.name].slots;
  return new Map<string, readonly number[]>([
    ...plan.model.variables.map(({ key, variable }) => [key, variable.shape] as const),
    ...trainableVariables(plan.model).flatMap(({ key, variable }) =>
      slots.map((slot) => [slotName(slot, key), variable.shape] as const),
    ),
    ...averagedVariables(plan).map(({ key, variable }) => [slotName(AVERAGE, key), variable.shape] as const),
  ]);
}

/** Where a trial starts: the weights that its model was built with, and slots at their start value. */
export function initialTensors(plan: StepPlan): HostTensors {
  const start = OPTIMIZERS[plan.optimizer.name].initialSlot?.(plan.optimizer) ?? 0;
  const weights = new Map(
    plan.model.variables.flatMap(({ key, variable }) => {
      const values = variable.dataSync<'float32'>();
      return [[key, values] as const, [slotName(AVERAGE, key), values] as const];
    }),
  );
  return new Map(
    [...stateShapes(plan)].map(([name, shape]): [string, HostTensor] => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [name, { shape, values: weights.get(name)?.slice() ?? new Float32Array(size).fill(start) }];
    }),
  );
}

/** The model's own tensors among a state's. */
export function weightsOf({ variables }: TrainableModel, state: HostTensors): HostTensors {
  return new Map(variables.map(({ key }): [string, HostTensor] => [key, tensorOf(state, key)]));
}

/** The averages of the model's own tensors among a state's, in their place; `null` where none is averaged. */
export function averagesOf(plan: StepPlan, state: HostTensors): HostTensors | null {
  if (!plan.averages) return null;
  const averaged = averagedVariables(plan).map(({ key }): [string, HostTensor] => [
    key,
    tensorOf(state, slotName(AVERAGE, key)),
  ]);
  return new Map([...weightsOf(plan.model, state), ...averaged]);
}

/** A tensor of a state. @throws RangeError if there is none of this name and shape. */
export function tensorOf(state: HostTensors, name: string, shape?: readonly number[]): HostTensor {
  const held = state.get(name);
  if (held === undefined) throw new RangeError(`state has no tensor '${name}'`);
  if (shape !== undefined && held.shape.join() !== shape.join()) {
    throw new RangeError(`state tensor '${name}' must have shape [${shape.join()}], got [${held.shape.join()}]`);
  }
  return held;
}

/** Puts weights into the model's own variables, where tfjs reads them. */
export function assignWeights({ variables }: TrainableModel, weights: HostTensors): void {
  tf.tidy(() => {
    for (const { key, variable } of variables) {
      const { shape, values } = tensorOf(weights, key, variable.shape);
      // A copy: the native backend shares an array's memory with the tensor made from it.
      variable.assign(tf.tensor(values.slice(), [...shape]));
    }
  });
}
