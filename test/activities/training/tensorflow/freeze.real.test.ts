/**
 * @jest-environment ./test/support/native-environment.ts
 */
import type { HostTensors } from '../../../../activities/training/safetensors';
import { atBatchSize } from '../../../../activities/training/tensorflow/compiled/recording/batch-template';
import { recordStep } from '../../../../activities/training/tensorflow/compiled/recording/record-step';
import { buildModel } from '../../../../activities/training/tensorflow/model';
import { tf } from '../../../../activities/training/tensorflow/native';
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import type { StepPlan } from '../../../../activities/training/tensorflow/step';
import { trainable } from '../../../../activities/training/tensorflow/model/trainable';
import type { ModelSpec } from '../../../../workflows/words/study';
import { CompiledEngines, difference, layer, TOLERANCE } from '../../../support/compiled-engines';
import { createEagerEngine } from '../../../support/eager-engine';

const HPARAMS = { weightDecay: 0.1, l2: 1e-3, momentum: 0.9 };

let digits: CompiledEngines;
beforeAll(async () => {
  digits = await CompiledEngines.onDigits();
});
afterEach(() => digits.close());

/** Names of the tensors that some steps changed. */
function moved(plan: StepPlan, state: HostTensors): readonly string[] {
  const before = initialTensors(plan);
  return [...state].flatMap(([name, { values }]) =>
    values.some((value, i) => !Object.is(value, before.get(name)?.values[i])) ? [name] : [],
  );
}

/** How often an op is in a recorded training step. */
const countOf = (plan: StepPlan, op: string): number =>
  atBatchSize(recordStep(plan, false).train, 2).filter((node) => node.op === op).length;

describe('a frozen layer', () => {
  it('moves no weight, no moving statistic and no slot, under every penalty', async () => {
    const plan = await digits.plan(
      { preset: 'resnet20', freeze: ['stem*', 'stage1-*', 'stage2-1-a-norm'] },
      'momentum',
      HPARAMS,
    );
    const frozen = plan.model.variables.filter(({ frozen: stays }) => stays).map(({ key }) => key);
    // 7 convolutions of stem and first stage with their normalizations of 4 arrays, and one normalization beyond.
    expect(frozen).toHaveLength(7 * 5 + 4);
    const { state } = digits.train(digits.compile(plan), plan, HPARAMS, 3);
    const changed = moved(plan, state);
    expect(changed.filter((name) => frozen.includes(name))).toEqual([]);
    expect([...state.keys()].filter((name) => frozen.some((key) => name.endsWith(`.${key}`)))).toEqual([]);
    expect(changed.filter((name) => !name.startsWith('slots.'))).toHaveLength(
      plan.model.variables.length - frozen.length,
    );
  });

  it('costs no gradient: nothing goes back below the first layer that trains', async () => {
    const [all, top] = [
      await digits.plan({ preset: 'resnet20' }, 'sgd', {}),
      await digits.plan({ preset: 'resnet20', freeze: ['stem*', 'stage1-*', 'stage2-*'] }, 'sgd', {}),
    ];
    expect(countOf(all, 'Conv2DBackpropFilter')).toBe(21);
    // The 7 convolutions of the last stage. What stage 3 takes in needs no gradient, of two of them.
    expect(countOf(top, 'Conv2DBackpropFilter')).toBe(7);
    expect(countOf(top, 'Conv2DBackpropInput')).toBe(5);
    expect(countOf(top, 'FusedBatchNormGradV3')).toBe(7);
  });

  it.each<[string, ModelSpec]>([
    ['below all that trains', { preset: 'resnet20', freeze: ['stem*', 'stage1-*'] }],
    [
      'between layers that train, along any axis, and with regularizers of its own',
      {
        freeze: ['layer-1', 'layer-2', 'layer-5'],
        layers: [
          layer('Conv2D', { filters: 4, kernelSize: 3 }),
          layer('BatchNormalization', { epsilon: 0.1 }),
          layer('Conv2D', { filters: 4, kernelSize: 3, kernelRegularizer: { className: 'L1L2', config: { l2: 0.1 } } }),
          layer('BatchNormalization', { axis: 1 }),
          layer('ReLU'),
          layer('BatchNormalization', { axis: 2, scale: false }),
          layer('Flatten'),
          layer('Dense', { units: 10 }),
        ],
      },
    ],
  ])('trains the others as op by op: %s', async (_, spec) => {
    const plan = await digits.plan(spec, 'momentum', HPARAMS);
    const compiled = digits.train(digits.compile(plan), plan, HPARAMS, 2);
    const eager = digits.train(createEagerEngine(plan, digits.data), plan, HPARAMS, 2);
    expect(difference(compiled.state, eager.state)).toBeLessThan(20 * TOLERANCE);
  });

  it('answers in a step as in evaluation: of a network that is frozen but for its head, by the same features', async () => {
    const layers = [
      layer('BatchNormalization', { name: 'norm' }),
      layer('Flatten'),
      layer('Dense', { units: 10, name: 'head' }),
    ];
    const plan = await digits.plan({ layers, freeze: ['norm'] }, 'sgd', {});
    const engine = digits.compile(plan, 360);
    engine.load(initialTensors(plan));
    const indices = Int32Array.from({ length: 360 }, (_, i) => i);
    const lossSum = engine.evaluate('train', indices).reduce((sum, [loss]) => sum + loss!, 0);
    const loss = engine.step(indices, new Float32Array(plan.scalarNames.length), [5, 0]);
    expect(loss).toBeCloseTo(lossSum / 360, 5);
  });

  it('is named by a hyperparameter where a study searches it', async () => {
    const spec: ModelSpec = { preset: 'mnist-cnn', freeze: [{ hparam: 'frozen' }] };
    const frozenAt = async (frozen: string | boolean): Promise<number> =>
      (await digits.plan(spec, 'sgd', { frozen })).model.variables.filter((variable) => variable.frozen).length;
    expect([await frozenAt(false), await frozenAt('conv1'), await frozenAt('conv1, conv2')]).toEqual([0, 2, 4]);
    await expect(frozenAt(true)).rejects.toThrow("'frozen', which must be names of layers or false, got true");
  });

  it('may be one of a nested model, frozen as a whole, and of one that tfjs named', () => {
    const inner = (trains: boolean): tf.LayersModel => {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })], name: 'trunk' });
      model.trainable = trains;
      return model;
    };
    const keysOf = (trains: boolean): readonly string[] => {
      const network = tf.sequential({ layers: [inner(trains), tf.layers.dense({ units: 2 })] });
      const context = { shape: [1, 1, 2] as const, classes: 2, hparams: {}, seed: () => 1 };
      const model = trainable(network, context, 'module');
      const keys = model.variables.filter(({ frozen }) => frozen).map(({ key }) => key);
      model.dispose();
      return keys;
    };
    expect(keysOf(true)).toEqual([]);
    expect(keysOf(false)).toEqual(['layers.0.kernel', 'layers.0.bias']);
  });

  it.each<[string, ModelSpec, string]>([
    [
      'is unknown',
      { preset: 'mnist-cnn', freeze: ['conv3', 'lenet/*'] },
      "'conv3' is no layer of the model, did you mean",
    ],
    ['leaves nothing to train', { preset: 'mnist-cnn', freeze: ['*'] }, 'nothing to train'],
  ])('that %s makes the model invalid, in words', async (_, spec, words) => {
    const building = buildModel({ spec, shape: [8, 8, 1], classes: 10, hparams: {}, seed: 5, modelBundle: null });
    await expect(building).rejects.toThrow(words);
  });
});
