/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { createCompiledEngine } from '../../../../activities/training/tensorflow/compiled/compiled-engine';
import { loadDataset, type LoadedDataset } from '../../../../activities/training/examples/dataset';
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { planStep, type StepPlan, stepScalars } from '../../../../activities/training/tensorflow/step';
import type { HalfBatchNorms, StepEngine } from '../../../../activities/training/engine';
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import { fitNoiseScale } from '../../../../workflows/analysis/noise-scale';
import { mean, standardError } from '../../../../workflows/analysis/statistics';
import { uniform } from '../../../../workflows/search/random';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { createEagerEngine } from '../../../support/eager-engine';
import { packedDigits } from '../../../support/trainer';

let data: LoadedDataset;
beforeAll(async () => {
  data = loadDataset((await packedDigits()).datasetFolder);
});

const models: TrainableModel[] = [];
const engines: StepEngine[] = [];
afterEach(() => {
  engines.splice(0).forEach((engine) => engine.dispose());
  models.splice(0).forEach((model) => model.dispose());
});

async function planOf(spec: ModelSpec, hparams: HParams): Promise<StepPlan> {
  const model = await buildModel({ spec, shape: [8, 8, 1], classes: 10, hparams, seed: 5, modelBundle: null });
  models.push(model);
  return planStep(model, 10, { name: 'sgd' }, hparams);
}

function compiled(plan: StepPlan, batchSizes: readonly number[], withNoise = true): StepEngine {
  const engine = createCompiledEngine({ plan, parts: data, batchSizes, withNoise });
  engines.push(engine);
  engine.load(initialTensors(plan));
  return engine;
}

const LINEAR: ModelSpec = {
  layers: [
    { className: 'Flatten', config: {} },
    { className: 'Dense', config: { units: 10 } },
  ],
};

describe("the norms of a batch's gradients", () => {
  it('are those of the step run op by op, penalties, dropout and augmentation included, at every size', async () => {
    const hparams = { dropoutRate: 0.3, l2: 1e-3, shift: 0.2, mixup: 0.3, labelSmoothing: 0.1 };
    const plan = await planOf({ preset: 'mnist-cnn' }, hparams);
    const [fast, slow] = [compiled(plan, [16, 33]), createEagerEngine(plan, data)];
    for (const size of [16, 33]) {
      const indices = Int32Array.from({ length: size }, (_, i) => 7 * i);
      const [a, b] = [fast, slow].map((engine) =>
        engine.gradientNorms(indices, stepScalars(plan, hparams, 0.01, 3), [5, 3]),
      ) as [HalfBatchNorms, HalfBatchNorms];
      expect(a.small / b.small).toBeCloseTo(1, 4);
      expect(a.large / b.large).toBeCloseTo(1, 4);
    }
  });

  it('give the noise scale of a known distribution without bias', async () => {
    const examples = 64;
    const batchSize = 16;
    const plan = await planOf(LINEAR, {});
    const engine = compiled(plan, [2, batchSize, examples]);
    const norms = (indices: readonly number[]): HalfBatchNorms =>
      engine.gradientNorms(Int32Array.from(indices), stepScalars(plan, {}, 0.01, 0), [5, 0]);
    // Both halves the same example: its own gradient. Both halves together all examples: the true gradient.
    const all = Array.from({ length: examples }, (_, i) => i);
    const signal = norms(all).large;
    const noise = mean(all.map((i) => norms([i, i]).large)) - signal;

    const pairs = Array.from({ length: 3000 }, (_, k) =>
      norms(Array.from({ length: batchSize }, (_unused, i) => Math.floor(uniform(17, k * batchSize + i) * examples))),
    );
    const fit = fitNoiseScale(
      {
        small: { batchSize: batchSize / 2, squaredNorms: pairs.map(({ small }) => small) },
        large: { batchSize, squaredNorms: pairs.map(({ large }) => large) },
      },
      3,
      1,
    )!;
    // By how far estimates of one pair scatter, means of 3,000 may be off.
    const estimates = pairs.map(({ small, large }) => [2 * large - small, batchSize * (small - large)] as const);
    for (const [i, truth] of [signal, noise].entries()) {
      const values = estimates.map((estimate) => estimate[i]!);
      expect(Math.abs(mean(values) - truth)).toBeLessThan(3 * standardError(values));
      expect(standardError(values) / truth).toBeLessThan(0.05);
    }
    expect(fit.signal / mean(estimates.map(([value]) => value))).toBeCloseTo(1, 6);
    expect(Math.abs(Math.log(fit.batchSize / (noise / signal)))).toBeLessThan(0.1);
  });

  it('are refused by an engine that was made without them, and for a size that it was not made for', async () => {
    const plan = await planOf(LINEAR, {});
    const engine = compiled(plan, [4], false);
    const scalars = stepScalars(plan, {}, 0.01, 0);
    expect(() => engine.gradientNorms(new Int32Array(4), scalars, [1, 0])).toThrow(RangeError);
    expect(() => engine.step(new Int32Array(5), scalars, [1, 0])).toThrow(
      'batch must have a compiled size, 4, got 5 examples',
    );
  });
});
