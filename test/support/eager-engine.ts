/**
 * The oracle for the compiled engine: runs every op of a step by itself through tfjs, with nothing between it and the
 * arithmetic.
 *
 * @module
 */
import { evaluateBatch } from '../../activities/training/tensorflow/evaluate-batch';
import { advanced } from '../../activities/training/tensorflow/layers/moving-average';
import { freeingTensors, tf } from '../../activities/training/tensorflow/native';
import { OPTIMIZERS } from '../../activities/training/tensorflow/optimizers';
import type { HostTensor, HostTensors } from '../../activities/training/safetensors';
import {
  gradientNorms,
  stepGradients,
  type StepPlan,
  trainableVariables,
  updateVariable,
} from '../../activities/training/tensorflow/step';
import type { StepEngine } from '../../activities/training/engine';
import type { ExampleSet } from '../../activities/training/examples/dataset';
import {
  assignWeights,
  initialTensors,
  slotName,
  tensorOf,
  weightsOf,
} from '../../activities/training/tensorflow/step-state';

/** The indexed examples as tensors. */
function gather(
  { images, labels, shape }: ExampleSet,
  indices: Int32Array,
): { images: tf.Tensor4D; labels: tf.Tensor1D } {
  const pixels = shape[0] * shape[1] * shape[2];
  const values = new Uint8Array(indices.length * pixels);
  images.read(indices, values);
  return {
    images: tf.tensor4d(Float32Array.from(values), [indices.length, ...shape]),
    labels: tf.tensor1d(
      Int32Array.from(indices, (index) => labels[index] ?? 0),
      'int32',
    ),
  };
}

export function createEagerEngine(
  plan: StepPlan,
  parts: { readonly train: ExampleSet; readonly test: ExampleSet | null },
): StepEngine {
  const trainables = trainableVariables(plan.model);
  const slotNames = trainables.map(({ key }) =>
    OPTIMIZERS[plan.optimizer.name].slots.map((slot) => slotName(slot, key)),
  );
  const initial = initialTensors(plan);
  let slots: HostTensors = new Map([...initial].filter(([name]) => slotNames.flat().includes(name)));
  const hostTensor = (tensor: tf.Tensor): HostTensor => ({
    shape: tensor.shape,
    values: tensor.dataSync<'float32'>().slice(),
  });
  return {
    load(state) {
      assignWeights(plan.model, weightsOf(plan.model, state));
      slots = new Map(slotNames.flat().map((name) => [name, tensorOf(state, name)]));
    },
    read: () =>
      new Map([
        ...plan.model.variables.map(({ key, variable }): [string, HostTensor] => [key, hostTensor(variable)]),
        ...slots,
      ]),
    step(indices, scalars, seed) {
      return freeingTensors(() => {
        const tensorOfSlot = (name: string): tf.Tensor => {
          const { shape, values } = tensorOf(slots, name);
          return tf.tensor(values.slice(), [...shape]);
        };
        const scalarOf = new Map(plan.scalarNames.map((name, i) => [name, tf.scalar(scalars[i] as number)]));
        const { loss, gradients, averages } = stepGradients(plan, {
          ...gather(parts.train, indices),
          scalars: [...scalarOf.values()],
          seed: tf.tensor1d([...seed], 'int32'),
        });
        const updates = trainables.map((item, i) =>
          updateVariable(
            plan,
            item,
            {
              variable: item.variable,
              gradient: gradients[i] as tf.Tensor,
              slots: (slotNames[i] ?? []).map(tensorOfSlot),
            },
            (name) => scalarOf.get(name) as tf.Scalar,
          ),
        );
        averages.forEach((average) => average.variable.assign(advanced(average)));
        trainables.forEach(({ variable }, i) => variable.assign(updates[i]?.value as tf.Tensor));
        slots = new Map(
          slotNames.flatMap((names, i) =>
            names.map((name, j): [string, HostTensor] => [name, hostTensor(updates[i]?.slots[j] as tf.Tensor)]),
          ),
        );
        return loss.dataSync()[0] ?? Number.NaN;
      });
    },
    gradientNorms(indices, scalars, seed) {
      const half = Math.floor(indices.length / 2);
      const halves = [
        gather(parts.train, indices.slice(0, half)),
        gather(parts.train, indices.slice(half, 2 * half)),
      ] as const;
      const [small = Number.NaN, large = Number.NaN] = freeingTensors(() =>
        gradientNorms(plan, {
          halves,
          scalars: Array.from(scalars, (value) => tf.scalar(value)),
          seed: tf.tensor1d([...seed], 'int32'),
        }).dataSync<'float32'>(),
      );
      return { small, large };
    },
    evaluate(part, indices) {
      const examples = parts[part];
      if (examples === null) throw new RangeError(`the data set has no ${part} part`);
      const [lossSum = Number.NaN, correct = 0] = freeingTensors(() =>
        evaluateBatch(plan.model, plan.classes, {
          ...gather(examples, indices),
          weights: tf.ones([indices.length]),
        }).sums.dataSync<'float32'>(),
      );
      return { lossSum, correct };
    },
    evaluateInDetail() {
      throw new Error('the oracle of details is counting by hand');
    },
    dispose: () => undefined,
  };
}
