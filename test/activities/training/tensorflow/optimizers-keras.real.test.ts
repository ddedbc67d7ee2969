/**
 * Every optimizer against Keras 3: the same gradients, 50 steps; `bench/fixtures/record-optimizers.py` recorded the
 * weights.
 *
 * @jest-environment ./test/support/native-environment.ts
 */
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { tf } from '../../../../activities/training/tensorflow/native';
import { OPTIMIZERS } from '../../../../activities/training/tensorflow/optimizers';
import type { HostTensor } from '../../../../activities/training/safetensors';
import { planStep, stepScalars } from '../../../../activities/training/tensorflow/step';
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import type { OptimizerSpec } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { createEagerEngine } from '../../../support/eager-engine';
import { imagesInMemory } from '../../../support/images';
import recorded from '../fixtures/keras-optimizers.json';

interface KerasCase {
  readonly case: string;
  readonly optimizer: OptimizerSpec;
  readonly hparams: HParams;
  /** After every step. */
  readonly weights: readonly (readonly number[])[];
}

const CASES = recorded.cases as unknown as readonly KerasCase[];
const CLASSES = 3;

const models: TrainableModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

/**
 * Trains a kernel whose gradients are the recorded ones, by the step that every training takes: on black images the
 * cross-entropy has no gradient by the kernel, and a penalty that is linear in the kernel has whatever gradient one
 * likes.
 */
async function trajectory({ optimizer, hparams }: KerasCase): Promise<readonly (readonly number[])[]> {
  const layers = [
    { className: 'Flatten', config: {} },
    { className: 'Dense', config: { units: CLASSES, useBias: false } },
  ];
  const model = await buildModel({
    spec: { layers },
    shape: [2, 1, 1],
    classes: CLASSES,
    hparams,
    seed: 1,
    modelBundle: null,
  });
  models.push(model);
  const kernel = model.variables[0]!;
  let step = 0;
  model.network.layers
    .at(-1)!
    .addLoss(() => tf.sum(tf.mul(kernel.variable, tf.tensor(recorded.gradients[step]!, [2, CLASSES]))));
  const plan = planStep(model, CLASSES, optimizer, hparams);
  const black = {
    examples: 1,
    shape: [2, 1, 1] as const,
    images: imagesInMemory(new Uint8Array(2), [2, 1, 1]),
    labels: new Int32Array(1),
  };
  const engine = createEagerEngine(plan, { train: black, test: null });
  const start: HostTensor = { shape: recorded.shape, values: Float32Array.from(recorded.initial) };
  engine.load(new Map([...initialTensors(plan), [kernel.key, start]]));
  return recorded.gradients.map(() => {
    engine.step(Int32Array.of(0), stepScalars(plan, hparams, Number(hparams['learningRate']), step), [1, step]);
    step += 1;
    return [...engine.read().get(kernel.key)!.values];
  });
}

/** The largest difference of a step over the largest weight. */
const relativeError = (weights: readonly number[], expected: readonly number[]): number =>
  Math.max(...weights.map((weight, i) => Math.abs(weight - expected[i]!))) / Math.max(...expected.map(Math.abs));

describe('an optimizer moves weights as Keras does, at every one of 50 steps', () => {
  it.each(CASES.map((of) => [of.case, of] as const))('%s', async (_, of) => {
    const errors = (await trajectory(of)).map((weights, step) => relativeError(weights, of.weights[step]!));
    expect(errors).toHaveLength(50);
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  it('whichever optimizer it is', () => {
    expect([...new Set(CASES.map(({ optimizer }) => optimizer.name))].sort()).toEqual(Object.keys(OPTIMIZERS).sort());
  });
});
