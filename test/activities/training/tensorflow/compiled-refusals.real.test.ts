/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { tf } from '../../../../activities/training/tensorflow/native';
import type { StepPlan } from '../../../../activities/training/tensorflow/step';
import { CompiledEngines, layer } from '../../../support/compiled-engines';

let digits: CompiledEngines;
beforeAll(async () => {
  digits = await CompiledEngines.onDigits();
});
afterEach(() => digits.close());

/** A model whose middle layer does what the test wants. */
async function planWith(call: (input: tf.Tensor) => tf.Tensor): Promise<StepPlan> {
  const of = await digits.plan(
    {
      layers: [
        { className: 'Flatten', config: {} },
        { className: 'Dense', config: { units: 10 } },
      ],
    },
    'sgd',
    {},
  );
  const last = of.model.network.layers.at(-1)!;
  const original = last.call.bind(last);
  last.call = (inputs, kwargs) => call(original(inputs, kwargs) as tf.Tensor);
  return of;
}

describe('a model that tfjs cannot differentiate', () => {
  it('is refused by the name of the layer', async () => {
    const layers = [
      layer('Reshape', { targetShape: [4, 4, 4, 1] }),
      layer('Conv3DTranspose', { filters: 2, kernelSize: 2 }),
      layer('Flatten'),
      layer('Dense', { units: 10 }),
    ];
    const of = await digits.plan({ layers }, 'sgd', {});
    expect(() => digits.compile(of)).toThrow(
      "model cannot be trained: layer 'layer-1' (Conv3DTranspose) fails: TensorFlow.js has no gradient of Conv3DBackpropInputV2",
    );
  });
});

describe('a layer that no graph can stand for is refused by name, as one that', () => {
  it.each<[string, (input: tf.Tensor) => tf.Tensor, string]>([
    ['looks at values', (input) => tf.add(input, tf.scalar(input.dataSync()[0]!)), 'looks at the values of a tensor'],
    [
      'decides by the size of the batch',
      (input) => (input.shape[0] === 3 ? tf.neg(input) : input),
      'decides by its input',
    ],
    [
      'counts in squares of the batch',
      (input) => tf.mul(input, input.shape[0] ** 2),
      'bakes a number into the graph that changes with its input',
    ],
    [
      'has a row per example',
      (input) => tf.add(input, tf.tensor2d(Array.from({ length: input.shape[0] }, (_, i) => [i]))),
      'one row per example',
    ],
    [
      'keeps a large table',
      (input) => tf.add(input, tf.sum(tf.tensor1d(Float32Array.from({ length: 20_000 }, (_, i) => i)))),
      'bakes 20000 numbers into the graph',
    ],
  ])('%s', async (_, call, message) => {
    const of = await planWith(call);
    expect(() => digits.compile(of)).toThrow(message);
    expect(() => digits.compile(of)).toThrow(/decides|layer 'layer-1' \(Dense\)/);
  });
});
