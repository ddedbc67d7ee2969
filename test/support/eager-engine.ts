/**
 * The oracle for the compiled engine: runs every op of a step by itself through tfjs, with nothing between it and the
 * arithmetic.
 *
 * @module
 */
import type { HalfBatchNorms, StepEngine } from '../../activities/training/engine';
import type { ExampleSet } from '../../activities/training/examples/dataset';
import type { HostTensor, HostTensors } from '../../activities/training/safetensors';
import { evaluateBatch } from '../../activities/training/tensorflow/evaluate-batch';
import { advanced } from '../../activities/training/tensorflow/layers/moving-average';
import { freeingTensors, tf } from '../../activities/training/tensorflow/native';
import { OPTIMIZERS } from '../../activities/training/tensorflow/optimizers';
import {
  AVERAGE_SHARE,
  averagedVariables,
  gradientNorms,
  stepGradients,
  type StepPlan,
  trainableVariables,
  updateVariable,
} from '../../activities/training/tensorflow/step';
import {
  AVERAGE,
  assignWeights,
  initialTensors,
  slotName,
  tensorOf,
  weightsOf,
} from '../../activities/training/tensorflow/step-state';

interface Parts {
  readonly train: ExampleSet;
  readonly test: ExampleSet | null;
}

type Seed = readonly [number, number];

/** An engine that has no graph. */
export const createEagerEngine = (plan: StepPlan, parts: Parts): StepEngine => new EagerEngine(plan, parts);

class EagerEngine implements StepEngine {
  readonly evaluationBatch = 128;
  /** Names of each trainable variable's slots. */
  private readonly slotNames: readonly (readonly string[])[];
  private slots: HostTensors;
  private averages: HostTensors;

  constructor(
    private readonly plan: StepPlan,
    private readonly parts: Parts,
  ) {
    const { slots } = OPTIMIZERS[plan.optimizer.name];
    this.slotNames = trainableVariables(plan.model).map(({ key }) => slots.map((slot) => slotName(slot, key)));
    this.slots = this.slotsOf(initialTensors(plan));
    this.averages = this.averagesOf(initialTensors(plan));
  }

  load(state: HostTensors): void {
    assignWeights(this.plan.model, weightsOf(this.plan.model, state));
    this.slots = this.slotsOf(state);
    this.averages = this.averagesOf(state);
  }

  read(): HostTensors {
    const weights = this.plan.model.variables.map(({ key, variable }): [string, HostTensor] => [
      key,
      hostTensor(variable),
    ]);
    return new Map([...weights, ...this.slots, ...this.averages]);
  }

  step(indices: Int32Array, scalars: Float32Array, seed: Seed): number {
    return freeingTensors(() => {
      const scalarOf = new Map(this.plan.scalarNames.map((name, i) => [name, tf.scalar(scalars[i] as number)]));
      const { loss, gradients, averages } = stepGradients(this.plan, {
        ...gather(this.parts.train, indices),
        scalars: [...scalarOf.values()],
        seed: tf.tensor1d([...seed], 'int32'),
      });
      const updates = this.updates(gradients, (name) => scalarOf.get(name) as tf.Scalar);
      averages.forEach((average) => average.variable.assign(advanced(average)));
      const share = scalarOf.get(AVERAGE_SHARE) ?? tf.scalar(1);
      trainableVariables(this.plan.model).forEach(({ variable }, i) => variable.assign(updates[i]?.value as tf.Tensor));
      this.slots = new Map(
        this.slotNames.flatMap((names, i) =>
          names.map((name, j): [string, HostTensor] => [name, hostTensor(updates[i]?.slots[j] as tf.Tensor)]),
        ),
      );
      this.averages = new Map(
        averagedVariables(this.plan).map(({ key, variable }): [string, HostTensor] => {
          const { shape, values } = tensorOf(this.averages, slotName(AVERAGE, key));
          const kept = tf.mul(tf.tensor(values.slice(), [...shape]), tf.sub(1, share));
          return [slotName(AVERAGE, key), hostTensor(tf.add(kept, tf.mul(variable, share)))];
        }),
      );
      return loss.dataSync()[0] ?? Number.NaN;
    });
  }

  gradientNorms(indices: Int32Array, scalars: Float32Array, seed: Seed): HalfBatchNorms {
    const half = Math.floor(indices.length / 2);
    const [small = Number.NaN, large = Number.NaN] = freeingTensors(() =>
      gradientNorms(this.plan, {
        halves: [
          gather(this.parts.train, indices.slice(0, half)),
          gather(this.parts.train, indices.slice(half, 2 * half)),
        ],
        scalars: Array.from(scalars, (value) => tf.scalar(value)),
        seed: tf.tensor1d([...seed], 'int32'),
      }).dataSync<'float32'>(),
    );
    return { small, large };
  }

  evaluate(part: keyof Parts, indices: Int32Array): readonly Float32Array[] {
    const examples = this.parts[part];
    if (examples === null) throw new RangeError(`the data set has no ${part} part`);
    const rows = freeingTensors(() => evaluateBatch(this.plan, gather(examples, indices)).arraySync());
    return rows.map((row) => Float32Array.from(row));
  }

  statistics(): never {
    throw new Error('the oracle of statistics is evaluation by hand');
  }

  dispose(): void {
    // Its tensors are the model's.
  }

  private averagesOf(state: HostTensors): HostTensors {
    const names = averagedVariables(this.plan).map(({ key }) => slotName(AVERAGE, key));
    return new Map(names.map((name) => [name, tensorOf(state, name)]));
  }

  private slotsOf(state: HostTensors): HostTensors {
    return new Map(this.slotNames.flat().map((name) => [name, tensorOf(state, name)]));
  }

  /** The next value and slots of each trainable variable. */
  private updates(
    gradients: readonly tf.Tensor[],
    scalar: (name: string) => tf.Scalar,
  ): readonly ReturnType<typeof updateVariable>[] {
    return trainableVariables(this.plan.model).map((item, i) => {
      const slots = (this.slotNames[i] ?? []).map((name) => {
        const { shape, values } = tensorOf(this.slots, name);
        return tf.tensor(values.slice(), [...shape]);
      });
      const inputs = { variable: item.variable, gradient: gradients[i] as tf.Tensor, slots };
      return updateVariable(this.plan, item, inputs, scalar);
    });
  }
}

const hostTensor = (tensor: tf.Tensor): HostTensor => ({
  shape: tensor.shape,
  values: tensor.dataSync<'float32'>().slice(),
});

/** The indexed examples as tensors. */
function gather(
  { images, labels, targets, shape, examples }: ExampleSet,
  indices: Int32Array,
): { images: tf.Tensor4D; labels: tf.Tensor } {
  const pixels = shape[0] * shape[1] * shape[2];
  const values = new Uint8Array(indices.length * pixels);
  images.read(indices, values);
  return {
    images: tf.tensor4d(Float32Array.from(values), [indices.length, ...shape]),
    labels:
      targets === undefined
        ? tf.tensor1d(
            Int32Array.from(indices, (index) => labels[index] ?? 0),
            'int32',
          )
        : tf.gather(tf.tensor2d(targets, [examples, targets.length / examples]), tf.tensor1d(indices, 'int32')),
  };
}
