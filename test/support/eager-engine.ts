/**
 * The oracle for the compiled engine: runs every op of a step by itself through tfjs, with nothing between it and the arithmetic.
 *
 * @module
 */
import { freeingTensors, tf } from '../../activities/training/native';
import { OPTIMIZERS } from '../../activities/training/optimizers';
import type { HostTensor, HostTensors } from '../../activities/training/safetensors';
import { evaluateBatch, type StepPlan, trainableVariables, trainStep } from '../../activities/training/step';
import type { ExampleSet, StepEngine } from '../../activities/training/step-engine';
import { assignWeights, initialTensors, slotName, tensorOf, weightsOf } from '../../activities/training/step-state';

/** The indexed examples as tensors. */
function gather({ images, labels, shape }: ExampleSet, indices: Int32Array): { images: tf.Tensor4D; labels: tf.Tensor1D } {
  const pixels = shape[0] * shape[1] * shape[2];
  const values = new Float32Array(indices.length * pixels);
  indices.forEach((index, i) => values.set(images.subarray(index * pixels, (index + 1) * pixels), i * pixels));
  return {
    images: tf.tensor4d(values, [indices.length, ...shape]),
    labels: tf.tensor1d(Int32Array.from(indices, (index) => labels[index] ?? 0), 'int32'),
  };
}

export function createEagerEngine(plan: StepPlan, parts: { readonly train: ExampleSet; readonly test: ExampleSet | null }): StepEngine {
  const trainables = trainableVariables(plan.model);
  const slotNames = trainables.map(({ key }) => OPTIMIZERS[plan.optimizer.name].slots.map((slot) => slotName(slot, key)));
  const initial = initialTensors(plan);
  let slots: HostTensors = new Map([...initial].filter(([name]) => slotNames.flat().includes(name)));
  const hostTensor = (tensor: tf.Tensor): HostTensor => ({ shape: tensor.shape, values: tensor.dataSync<'float32'>().slice() });
  return {
    load(state) {
      assignWeights(plan.model, weightsOf(plan.model, state));
      slots = new Map(slotNames.flat().map((name) => [name, tensorOf(state, name)]));
    },
    read: () => new Map([...plan.model.variables.map(({ key, variable }): [string, HostTensor] => [key, hostTensor(variable)]), ...slots]),
    step(indices, scalars, seed) {
      return freeingTensors(() => {
        const tensorOfSlot = (name: string): tf.Tensor => {
          const { shape, values } = tensorOf(slots, name);
          return tf.tensor(values.slice(), [...shape]);
        };
        const outputs = trainStep(plan, {
          ...gather(parts.train, indices), scalars: Array.from(scalars, (value) => tf.scalar(value)),
          seed: tf.tensor1d([...seed], 'int32'), slots: slotNames.map((names) => names.map(tensorOfSlot)),
        });
        trainables.forEach(({ variable }, i) => variable.assign(outputs.values[i] as tf.Tensor));
        slots = new Map(slotNames.flatMap((names, i) => names.map((name, j): [string, HostTensor] => [name, hostTensor(outputs.slots[i]?.[j] as tf.Tensor)])));
        return outputs.loss.dataSync()[0] ?? Number.NaN;
      });
    },
    evaluate(part, indices) {
      const examples = parts[part];
      if (examples === null) throw new RangeError(`the data set has no ${part} part`);
      const [lossSum = Number.NaN, correct = 0] = freeingTensors(() =>
        evaluateBatch(plan.model, plan.classes, { ...gather(examples, indices), weights: tf.ones([indices.length]) }).dataSync<'float32'>());
      return { lossSum, correct };
    },
    dispose: () => undefined,
  };
}
