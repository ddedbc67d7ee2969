/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { createCompiledEngine } from '../../../../activities/training/tensorflow/compiled/compiled-engine';
import {
  recordStep,
  type StepRecordings,
} from '../../../../activities/training/tensorflow/compiled/recording/record-step';
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { planStep } from '../../../../activities/training/tensorflow/step';
import { CompiledEngines } from '../../../support/compiled-engines';

const models: TrainableModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

describe('a batch that evaluates', () => {
  it.each(['mnist-cnn', 'resnet20'])('of another size gives the same bits of %s', async (preset) => {
    const digits = await CompiledEngines.onDigits();
    try {
      const plan = await digits.plan({ preset }, 'sgd', {});
      const recordings = recordStep(plan, false);
      const { state } = digits.train(digits.compile(plan), plan, {}, 5);
      const indices = Int32Array.from({ length: 300 }, (_, i) => (i * 7) % digits.data.train.examples);
      const [of128, of64, of32, ofOne] = [1, 2 ** 17, 2 ** 18, 2 ** 23].map((evaluatedElements) => {
        const given: StepRecordings = { ...recordings, evaluatedElements };
        const engine = createCompiledEngine({ plan, parts: digits.data, batchSizes: [16], recordings: given });
        engine.load(state);
        const found = engine.evaluate('train', indices);
        engine.dispose();
        return found;
      });
      expect([of64, of32]).toEqual([of128, of128]);
      // A product of one row is another kernel's.
      const answers = (rows: readonly Float32Array[]): readonly number[] => rows.map((row) => row[1]!);
      const lossOf = (rows: readonly Float32Array[]): number => rows.reduce((sum, row) => sum + row[0]!, 0);
      expect(answers(ofOne!)).toEqual(answers(of128!));
      expect(Math.abs(lossOf(ofOne!) / lossOf(of128!) - 1)).toBeLessThan(1e-6);
    } finally {
      digits.close();
    }
  });

  it('has a size that follows from the largest tensor of an example, wherever it is computed', async () => {
    const shape = [16, 16, 1] as const;
    const elementsOf = async (layers: readonly { className: string; config: Record<string, unknown> }[]) => {
      const model = await buildModel({ spec: { layers }, shape, classes: 3, hparams: {}, seed: 1, modelBundle: null });
      models.push(model);
      return recordStep(planStep(model, 3, { name: 'sgd' }, {}), false).evaluatedElements;
    };
    const dense = { className: 'Dense', config: { units: 3 } };
    const flatten = { className: 'Flatten', config: {} };
    const wide = { className: 'Conv2D', config: { filters: 5, kernelSize: 3, padding: 'same' } };
    // The table of weights, 256 by 3, grows with no example.
    expect(await elementsOf([flatten, dense])).toBe(256);
    expect(await elementsOf([wide, flatten, dense])).toBe(5 * 256);
    const inner = {
      className: 'SeparableConv2D',
      config: { filters: 1, kernelSize: 3, depthMultiplier: 7, padding: 'same' },
    };
    expect(await elementsOf([inner, flatten, dense])).toBe(7 * 256);
  });
});
