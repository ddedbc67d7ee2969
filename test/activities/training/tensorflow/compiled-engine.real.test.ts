/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { createCompiledEngine } from '../../../../activities/training/tensorflow/compiled/compiled-engine';
import { logitsOf } from '../../../../activities/training/tensorflow/evaluate-batch';
import type { StepEngine } from '../../../../activities/training/engine';
import { scorerOf } from '../../../../activities/training/tasks';
import type { Scorer } from '../../../../activities/training/tasks';
import { native, tf } from '../../../../activities/training/tensorflow/native';
import { stepScalars } from '../../../../activities/training/tensorflow/step';
import { assignWeights, initialTensors, weightsOf } from '../../../../activities/training/tensorflow/step-state';
import type { ModelSpec } from '../../../../workflows/words/study';
import { BATCH, CompiledEngines, difference, layer, RATE, TOLERANCE } from '../../../support/compiled-engines';
import { createEagerEngine } from '../../../support/eager-engine';
import { imagesOf } from '../../../support/images';

let digits: CompiledEngines;
beforeAll(async () => {
  digits = await CompiledEngines.onDigits();
});
afterEach(() => digits.close());

function scored(engine: StepEngine, part: 'train' | 'test', indices: Int32Array): Scorer {
  const scorer = scorerOf({ classNames: Array.from({ length: 10 }, (_, i) => `${i}`) }, indices.length);
  scorer.add(engine.evaluate(part, indices));
  return scorer;
}

/** Over the classes, the share of pairs of which the example of the class has the higher score. */
function pairsWon(scores: readonly (readonly number[])[], labels: Int32Array): number {
  const shares = Array.from({ length: 10 }, (_, label) => {
    const own = scores.filter((__, i) => labels[i] === label).map((row) => row[label]!);
    const others = scores.filter((__, i) => labels[i] !== label).map((row) => row[label]!);
    return (
      own.reduce((sum, score) => sum + others.filter((other) => other < score).length / others.length, 0) / own.length
    );
  });
  return shares.reduce((sum, share) => sum + share, 0) / 10;
}

describe('the compiled engine', () => {
  it('evaluates any number of examples of either part exactly', async () => {
    const of = await digits.plan({ preset: 'mnist-cnn' }, 'sgd', {});
    const [compiled, eager] = [digits.compile(of), createEagerEngine(of, digits.data)];
    compiled.load(initialTensors(of));
    for (const [part, examples] of [
      ['train', 1],
      ['train', 128],
      ['train', 300],
      ['test', 360],
    ] as const) {
      const indices = Int32Array.from({ length: examples }, (_, i) => i);
      const [got, expected] = [compiled, eager].map((one) => scored(one, part, indices).values());
      expect(got!.accuracy).toBe(expected!.accuracy);
      expect(Math.abs(got!.loss! / expected!.loss! - 1)).toBeLessThan(1e-6);
    }
  });

  it.each<[string, ModelSpec]>([
    ['resnet20', { preset: 'resnet20' }],
    [
      'convolutions with a bias, without a scale, or with another use',
      {
        layers: [
          layer('Conv2D', { filters: 4, kernelSize: 3 }),
          layer('BatchNormalization', { epsilon: 0.1 }),
          layer('Conv2D', { filters: 4, kernelSize: 3, useBias: false }),
          layer('BatchNormalization', { scale: false }),
          layer('ReLU'),
          layer('Conv2D', { filters: 4, kernelSize: 1, useBias: false }),
          layer('BatchNormalization', { axis: 1 }),
          layer('Flatten'),
          layer('BatchNormalization', { center: false }),
          layer('Dense', { units: 10 }),
        ],
      },
    ],
  ])('evaluates with batch normalization folded as it does op by op: %s', async (_, spec) => {
    const of = await digits.plan(spec, 'momentum', {});
    const engine = digits.compile(of);
    const { state } = digits.train(engine, of, { momentum: 0.9 }, 12);
    const eager = createEagerEngine(of, digits.data);
    eager.load(state);
    const indices = Int32Array.from({ length: 200 }, (_, i) => i);
    const [got, expected] = [engine, eager].map((one) => scored(one, 'train', indices).values());
    expect(got!.accuracy).toBe(expected!.accuracy);
    expect(Math.abs(got!.loss! / expected!.loss! - 1)).toBeLessThan(1e-5);
  });

  it('counts top-5 answers and confusions exactly, over a last batch that is not full', async () => {
    const of = await digits.plan({ preset: 'mnist-cnn' }, 'sgd', {});
    const [compiled, indices] = [digits.compile(of), Int32Array.from({ length: 300 }, (_, i) => i)];
    digits.train(compiled, of, {}, 20);
    const { shape, labels } = digits.data.train;
    assignWeights(of.model, weightsOf(of.model, compiled.read()));
    const pixels = tf.tensor4d(Float32Array.from(imagesOf(digits.data.train).subarray(0, 300 * 64)), [300, ...shape]);
    const logits = logitsOf(of.model, pixels).arraySync();
    const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
    let topCorrect = 0;
    logits.forEach((row, i) => {
      const order = row.map((_, j) => j).sort((a, b) => row[b]! - row[a]!);
      confusion[labels[i]!]![order[0]!]! += 1;
      topCorrect += order.slice(0, 5).includes(labels[i]!) ? 1 : 0;
    });
    const scorer = scored(compiled, 'train', indices);
    const { accuracy, auc } = scorer.values();
    expect(scorer.details()).toMatchObject({
      topK: { k: 5, accuracy: topCorrect / 300 },
      confusion: { counts: confusion },
    });
    expect(topCorrect / 300).toBeGreaterThan(accuracy!);
    expect(auc).toBeCloseTo(pairsWon(tf.logSoftmax(logits).arraySync() as number[][], labels), 4);
  });

  it.each([1, 2, 300])('trains batches of %i from recordings of other sizes', async (batchSize) => {
    const of = await digits.plan({ preset: 'mnist-cnn' }, 'sgd', { mixup: 0.3, shift: 0.2, dropoutRate: 0.4 });
    const indices = Int32Array.from({ length: batchSize }, (_, i) => (i * 7) % digits.data.train.examples);
    const [compiled, eager] = [digits.compile(of, batchSize), createEagerEngine(of, digits.data)];
    compiled.load(initialTensors(of));
    const [got, expected] = [compiled, eager].map((engine) =>
      engine.step(indices, stepScalars(of, { mixup: 0.3, shift: 0.2 }, RATE, 0), [5, 0]),
    );
    expect(Math.abs(got! / expected! - 1)).toBeLessThan(1e-6);
    expect(difference(compiled.read(), eager.read())).toBeLessThan(TOLERANCE);
  });

  it("serves another trial of the same structure with that trial's own weights and rates", async () => {
    const first = await digits.plan({ preset: 'mnist-cnn' }, 'adam', { dropoutRate: 0.1 });
    const engine = digits.compile(first);
    digits.train(engine, first, { dropoutRate: 0.1 }, 2);
    const second = await digits.plan({ preset: 'mnist-cnn' }, 'adam', { dropoutRate: 0.5 });
    expect(second.model.structure).toBe(first.model.structure);
    const reused = digits.train(engine, second, { dropoutRate: 0.5 }, 2);
    const own = digits.train(digits.compile(second), second, { dropoutRate: 0.5 }, 2);
    expect(reused).toEqual(own);
  });

  it('holds no tensor of tfjs, and nothing at all once it is disposed of', async () => {
    const of = await digits.plan({ preset: 'resnet20' }, 'adam', { dropoutRate: 0.1 });
    const { binding } = native();
    const held = (): number[] => [tf.memory().numTensors, binding.getNumOfTensors(), binding.getNumOfSavedModels()];
    const before = held();
    const engine = createCompiledEngine({ plan: of, parts: digits.data, batchSizes: [BATCH] });
    digits.train(engine, of, {}, 2);
    engine.evaluate('test', new Int32Array(3));
    engine.dispose();
    expect(held()).toEqual(before);
  });

  it("leaves the model's own weights as they were", async () => {
    const of = await digits.plan({ preset: 'mnist-cnn' }, 'sgd', {});
    const before = initialTensors(of);
    digits.compile(of);
    expect(initialTensors(of)).toEqual(before);
  });

  it('says which tensor of a state is missing or of another shape', async () => {
    const of = await digits.plan({ preset: 'mnist-cnn' }, 'momentum', {});
    const [engine, state] = [digits.compile(of), new Map(initialTensors(of))];
    state.set('layers.1.bias', { shape: [3], values: new Float32Array(3) });
    expect(() => engine.load(state)).toThrow("state tensor 'layers.1.bias' must have shape [32], got [3]");
    state.delete('layers.1.bias');
    expect(() => engine.load(state)).toThrow("state has no tensor 'layers.1.bias'");
  });
});
