/**
 * Compiled engines on the digits, trained some steps for comparison with others.
 *
 * @module
 */
import type { StepEngine } from '../../activities/training/engine';
import { loadDataset, type LoadedDataset } from '../../activities/training/examples/dataset';
import type { HostTensors } from '../../activities/training/safetensors';
import { createCompiledEngine } from '../../activities/training/tensorflow/compiled/compiled-engine';
import { buildModel, type TrainableModel } from '../../activities/training/tensorflow/model';
import { planStep, type StepPlan, stepScalars } from '../../activities/training/tensorflow/step';
import { initialTensors } from '../../activities/training/tensorflow/step-state';
import type { LayerSpec, ModelSpec, OptimizerName } from '../../workflows/words/study';
import type { HParams } from '../../workflows/words/trial';
import { packedDigits } from './trainer';

export const BATCH = 16;
export const RATE = 0.01;

/**
 * TensorFlow fuses and reorders within a graph: float32 sums of a few hundred terms differ by some units in the 7th
 * digit.
 */
export const TOLERANCE = 2e-6;

export const layer = (className: string, config: Readonly<Record<string, unknown>> = {}): LayerSpec => ({
  className,
  config,
});

/** The digits, and the models and engines that a test makes on them until `close`. */
export class CompiledEngines {
  private readonly models: TrainableModel[] = [];
  private readonly engines: StepEngine[] = [];

  private constructor(readonly data: LoadedDataset) {}

  static async onDigits(): Promise<CompiledEngines> {
    return new CompiledEngines(loadDataset((await packedDigits()).datasetFolder));
  }

  async plan(
    spec: ModelSpec,
    optimizer: OptimizerName,
    hparams: HParams,
    modelBundle: string | null = null,
  ): Promise<StepPlan> {
    const model = await buildModel({ spec, shape: [8, 8, 1], classes: 10, hparams, seed: 5, modelBundle });
    this.models.push(model);
    return planStep(model, 10, { name: optimizer }, hparams);
  }

  compile(plan: StepPlan, batchSize = BATCH): StepEngine {
    const engine = createCompiledEngine({ plan, parts: this.data, batchSizes: [batchSize] });
    this.engines.push(engine);
    return engine;
  }

  /** Losses and the state after some steps from the model's first weights. */
  train(
    engine: StepEngine,
    plan: StepPlan,
    hparams: HParams,
    steps: number,
  ): { readonly losses: readonly number[]; readonly state: HostTensors } {
    engine.load(initialTensors(plan));
    const losses = Array.from({ length: steps }, (_, step) =>
      engine.step(this.batchOf(step), stepScalars(plan, hparams, RATE, step), [5, step]),
    );
    return { losses, state: engine.read() };
  }

  close(): void {
    this.engines.splice(0).forEach((engine) => engine.dispose());
    this.models.splice(0).forEach((model) => model.dispose());
  }

  private batchOf(step: number): Int32Array {
    return Int32Array.from({ length: BATCH }, (_, i) => (step * BATCH + i * 7) % this.data.train.examples);
  }
}

/** The largest difference within a tensor over the largest element of it, for the worst tensor. */
export function difference(a: HostTensors, b: HostTensors): number {
  expect([...a.keys()].sort()).toEqual([...b.keys()].sort());
  return Math.max(
    ...[...a].map(([name, { values }]) => {
      const other = b.get(name)!.values;
      const largest = other.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
      return values.reduce((max, value, i) => Math.max(max, Math.abs(value - other[i]!)), 0) / largest;
    }),
  );
}
