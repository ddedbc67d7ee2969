/**
 * Gradients of a model's step by either engine, read off an optimizer that does nothing else with them.
 *
 * @module
 */
import { createCompiledEngine } from '../../activities/training/tensorflow/compiled/compiled-engine';
import { buildModel } from '../../activities/training/tensorflow/model';
import type { HostTensors } from '../../activities/training/safetensors';
import { planStep, type StepPlan, stepScalars, trainableVariables } from '../../activities/training/tensorflow/step';
import type { StepEngine } from '../../activities/training/engine';
import type { ExampleSet } from '../../activities/training/examples/dataset';
import { initialTensors, slotName } from '../../activities/training/tensorflow/step-state';
import { deriveSeed, uniform } from '../../workflows/search/random';
import type { ModelSpec } from '../../workflows/words/study';
import type { HParams } from '../../workflows/words/trial';
import { createEagerEngine } from './eager-engine';
import { imagesInMemory } from './images';

export interface GradientCase {
  readonly spec: ModelSpec;
  readonly shape: readonly [number, number, number];
  readonly batchSize: number;
  readonly seed: number;
  readonly hparams?: HParams;
  readonly modelBundle?: string;
}

export const CLASSES = 5;

/** Examples of random pixels. */
export function randomExamples(examples: number, shape: readonly [number, number, number], seed: number): ExampleSet {
  const pixels = examples * shape[0] * shape[1] * shape[2];
  const [pixel, label] = [deriveSeed(seed, 'pixel'), deriveSeed(seed, 'label')];
  return {
    examples,
    shape,
    images: imagesInMemory(
      Uint8Array.from({ length: pixels }, (_, i) => 256 * uniform(pixel, i)),
      shape,
    ),
    labels: Int32Array.from({ length: examples }, (_, i) => CLASSES * uniform(label, i)),
  };
}

/** A momentum slot without momentum, at a rate of 1, is the gradient. */
function gradients(
  engine: StepEngine,
  plan: StepPlan,
  batch: Int32Array,
  { hparams = {}, seed }: GradientCase,
): { readonly loss: number; readonly gradient: Float64Array } {
  engine.load(initialTensors(plan));
  const loss = engine.step(batch, stepScalars(plan, { ...hparams, momentum: 0 }, 1, 0), [seed, 0]);
  const state: HostTensors = engine.read();
  const values = trainableVariables(plan.model).flatMap(({ key }) => [
    ...(state.get(slotName('momentum', key))?.values ?? []),
  ]);
  return { loss, gradient: Float64Array.from(values) };
}

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

const distance = (a: Float64Array, b: Float64Array): number => norm(a.map((value, i) => value - (b[i] ?? Number.NaN)));

/** Whether a layer draws random numbers by an example's place in the batch. */
const drawsChance = (spec: ModelSpec): boolean =>
  !('layers' in spec) || spec.layers.some(({ className }) => /Dropout|Noise/.test(String(className)));

export interface EngineDifference {
  /** Euclidean norm of the difference of the engines' gradients by all weights, over `norm`. */
  readonly gradient: number;
  /**
   * The same of the oracle and itself with the batch in reverse order, which changes nothing but the order of its
   * float32 sums; 0 where it would change more.
   */
  readonly rounding: number;
  /** Relative. */
  readonly loss: number;
  /** Of the oracle's gradient. */
  readonly norm: number;
}

/** How far the compiled engine is from the oracle. */
export async function engineDifference(of: GradientCase): Promise<EngineDifference> {
  const { spec, shape, batchSize, hparams = {}, seed, modelBundle = null } = of;
  const model = await buildModel({ spec, shape, classes: CLASSES, hparams, seed, modelBundle });
  const plan = planStep(model, CLASSES, { name: 'momentum' }, hparams);
  const parts = { train: randomExamples(batchSize, shape, seed), test: null };
  let engine: StepEngine | undefined;
  try {
    engine = createCompiledEngine({ plan, parts, batchSizes: [batchSize] });
    const batch = Int32Array.from({ length: batchSize }, (_, i) => i);
    const compiled = gradients(engine, plan, batch, of);
    const eager = gradients(createEagerEngine(plan, parts), plan, batch, of);
    const reversed = drawsChance(spec)
      ? eager
      : gradients(createEagerEngine(plan, parts), plan, batch.toReversed(), of);
    const oracle = norm(eager.gradient);
    return {
      gradient: distance(compiled.gradient, eager.gradient) / oracle,
      rounding: distance(reversed.gradient, eager.gradient) / oracle,
      loss: Math.abs(compiled.loss / eager.loss - 1),
      norm: oracle,
    };
  } finally {
    engine?.dispose();
    model.dispose();
  }
}
