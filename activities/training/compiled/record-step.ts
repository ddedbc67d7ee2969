/**
 * Recordings of a plan's training step and of its evaluation.
 *
 * @module
 */
import { freeingTensors, tf } from '../native';
import { OPTIMIZERS } from '../optimizers';
import { evaluateBatch, type StepPlan, trainableVariables, trainStep } from '../step';
import { slotName } from '../step-state';
import { RECORDED_BATCHES, type Recordings } from './batch-template';
import type { GraphNode } from './graph';
import { Recorder } from './recorder';
import { after, assign, readOf } from './variables';

/** Prefixes of the two halves of the graph. */
export const TRAIN = 'train';
export const EVALUATE = 'evaluate';

/** Node whose one element is the step's loss, once every variable has its new value. */
export const LOSS = `${TRAIN}/loss`;
/** Node of [sum of losses, correct answers]. */
export const SUMS = `${EVALUATE}/sums`;
/** Placeholders of a training step, beside its indices. */
export const SCALARS = `${TRAIN}/scalars`;
export const SEED = `${TRAIN}/seed`;
/** Placeholder of an evaluation, beside its indices. */
export const WEIGHTS = `${EVALUATE}/weights`;

export interface StepRecordings {
  readonly train: Recordings;
  readonly evaluate: Recordings;
}

/** Records at every batch of `RECORDED_BATCHES`, each time on other weights and inputs; the model's own weights come back after. */
export function recordStep(plan: StepPlan): StepRecordings {
  return freeingTensors(() => {
    const held = plan.model.variables.map(({ variable }) => tf.clone(variable));
    try {
      const at = (record: (plan: StepPlan, batch: number) => readonly GraphNode[]): Recordings => {
        const [first, second, third] = RECORDED_BATCHES;
        return [record(plan, first), record(plan, second), record(plan, third)];
      };
      return { train: at(recordTraining), evaluate: at(recordEvaluation) };
    } finally {
      plan.model.variables.forEach(({ variable }, i) => variable.assign(held[i] as tf.Tensor));
    }
  });
}

/** Numbers that no two recordings have in common; positive, as slots and variances are. */
const someNumbers = (shape: readonly number[], seed: number, max = 1): tf.Tensor => tf.randomUniform([...shape], 0.05 * max, max, 'float32', seed);

interface Inputs {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
}

/** Binds the model's variables and a batch of examples. */
function bindInputs(recorder: Recorder, prefix: string, { model, classes }: StepPlan, batch: number): Inputs {
  model.variables.forEach(({ key, variable }, i) => {
    variable.assign(someNumbers(variable.shape, batch + i));
    recorder.bind(variable, readOf(key));
  });
  const [, ...shape] = model.network.inputs[0]?.shape ?? [];
  const images = someNumbers([batch, ...(shape as number[])], batch, 255) as tf.Tensor4D;
  const labels = tf.tensor1d(Array.from({ length: batch }, (_, i) => (i * batch) % classes), 'int32');
  recorder.bind(images, `${prefix}/images`);
  recorder.bind(labels, `${prefix}/labels`);
  return { images, labels };
}

function recordTraining(plan: StepPlan, batch: number): readonly GraphNode[] {
  return freeingTensors(() => {
    const recorder = new Recorder(TRAIN, plan.model.network);
    const inputs = bindInputs(recorder, TRAIN, plan, batch);
    const trainables = trainableVariables(plan.model);
    const slotNames = trainables.map(({ key }) => OPTIMIZERS[plan.optimizer.name].slots.map((slot) => slotName(slot, key)));
    const slots = trainables.map(({ variable }, i) => (slotNames[i] ?? []).map((name, j) => {
      const slot = someNumbers(variable.shape, 7 * batch + i + j);
      recorder.bind(slot, readOf(name));
      return slot;
    }));
    const scalars = someNumbers([plan.scalarNames.length], 3 * batch, 0.5);
    const seed = tf.tensor1d([batch, 2 * batch], 'int32');
    recorder.bind(scalars, SCALARS);
    recorder.bind(seed, SEED);
    const before = plan.model.variables.map(({ variable }) => variable.dataId);
    const outputs = recorder.record(() => trainStep(plan, { ...inputs, slots, seed, scalars: tf.unstack(scalars) as tf.Scalar[] }));
    const moved = plan.model.variables.filter(({ variable }, i) => variable.dataId !== before[i]);
    const assignments = [
      ...moved.map(({ key, variable }): [string, tf.Tensor] => [key, variable]),
      ...trainables.map(({ key }, i): [string, tf.Tensor] => [key, outputs.values[i] as tf.Tensor]),
      ...slotNames.flatMap((names, i) => names.map((name, j): [string, tf.Tensor] => [name, outputs.slots[i]?.[j] as tf.Tensor])),
    ].map(([name, tensor]) => assign(`${TRAIN}/assign/${name}`, name, recorder.nameOf(tensor), 'float32'));
    const loss = after(LOSS, recorder.nameOf(outputs.loss), assignments.map(({ name }) => name));
    return [...recorder.nodes, ...assignments, loss];
  });
}

function recordEvaluation(plan: StepPlan, batch: number): readonly GraphNode[] {
  return freeingTensors(() => {
    const recorder = new Recorder(EVALUATE, plan.model.network);
    const inputs = bindInputs(recorder, EVALUATE, plan, batch);
    const weights = someNumbers([batch], batch);
    recorder.bind(weights, WEIGHTS);
    const sums = recorder.record(() => evaluateBatch(plan.model, plan.classes, { ...inputs, weights: weights as tf.Tensor1D }));
    return [...recorder.nodes, after(SUMS, recorder.nameOf(sums), [])];
  });
}
