/**
 * The step engine that trains from one compiled TensorFlow graph: a step is a single call into the native binding.
 *
 * @module
 */
import type { InputPipeline } from '../input/input-pipeline';
import type { ImageLocations } from '../../examples/read-ahead';
import { residentInput } from '../input/resident-input';
import { streamedInput } from '../input/streamed-input';
import type { HostTensor } from '../../safetensors';
import type { StepPlan } from '../step';
import type { StepEngine } from '../../engine';
import type { ExampleSet } from '../../examples/dataset';
import { evaluationBatchOf } from './evaluation-batch';
import { announceEvaluation, evaluationHead, runEvaluation } from './evaluation-head';
import type { GraphNode } from './graph';
import { heads, runNorms, runStatistics, runStep } from './heads';
import { recordStep, type StepRecordings } from './recording/record-step';
import { Session } from './session';
import {
  isTrained,
  layoutOf,
  membersOf,
  moves,
  readState,
  sizeOf,
  stateFeeds,
  type StateLayout,
  stateNodes,
} from './state-layout';

export interface CompiledEngineInput {
  readonly plan: StepPlan;
  /** In the graph, or, with `streamedFrom`, fed batch by batch from there: the bits are the same. */
  readonly parts: {
    readonly train: ExampleSet;
    readonly test: ExampleSet | null;
    readonly streamedFrom?: ImageLocations;
  };
  /** Every size that a batch may have. */
  readonly batchSizes: readonly number[];
  /** Whether the gradient's noise will be measured. */
  readonly withNoise?: boolean;
  /** What `recordStep` made of a plan of the same structure; absent: made now. */
  readonly recordings?: StepRecordings;
}

/**
 * Compiles a plan's step. The plan is not needed afterwards: any plan of the same structure may use the engine.
 *
 * @throws TrainingFailure of type ModelInvalid that names the layer if the step cannot be compiled.
 */
export function createCompiledEngine({
  plan,
  parts,
  batchSizes,
  withNoise = false,
  recordings = recordStep(plan, withNoise),
}: CompiledEngineInput): StepEngine {
  const layout = layoutOf(plan);
  const data = parts.streamedFrom === undefined ? residentInput(parts) : streamedInput(parts, parts.streamedFrom);
  const session = new Session(graphOf(recordings, layout, data, batchSizes, plan.scalarNames.length));
  const engine = engineOf(session, layout, data, {
    step: batchSizes,
    noise: withNoise ? batchSizes : [],
    evaluation: evaluationBatchOf(recordings.evaluatedElements),
  });
  try {
    const held = data.load();
    if (held !== null) session.run(held, ['data/loaded']);
    warmUp(engine, layout, plan.scalarNames.length, batchSizes, withNoise);
    return engine;
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

function graphOf(
  recordings: StepRecordings,
  layout: StateLayout,
  data: InputPipeline,
  batchSizes: readonly number[],
  scalarCount: number,
): GraphNode[] {
  return [
    ...stateNodes(layout),
    ...data.nodes,
    ...heads(recordings, data, batchSizes, scalarCount),
    ...evaluationHead(recordings.evaluate, data, evaluationBatchOf(recordings.evaluatedElements)),
  ];
}

/**
 * TensorFlow optimizes a graph in its first run, and a GPU compiles kernels: done before anybody takes the time of a
 * step. Evaluations, which nobody compares by time and a range test never makes, wait for the first.
 */
function warmUp(
  engine: StepEngine,
  { shapes }: StateLayout,
  scalars: number,
  batchSizes: readonly number[],
  withNoise: boolean,
): void {
  engine.load(
    new Map(
      [...shapes].map(([name, shape]): [string, HostTensor] => [
        name,
        { shape, values: new Float32Array(sizeOf(shape)) },
      ]),
    ),
  );
  for (const size of batchSizes) {
    engine.step(new Int32Array(size), new Float32Array(scalars), [1, 0]);
    if (withNoise && size > 1) engine.gradientNorms(new Int32Array(size), new Float32Array(scalars), [1, 0]);
  }
}

function engineOf(
  session: Session,
  layout: StateLayout,
  data: InputPipeline,
  sizes: { readonly step: readonly number[]; readonly noise: readonly number[]; readonly evaluation: number },
): StepEngine {
  const step = { session, data, sizes: sizes.step };
  const noise = { session, data, sizes: sizes.noise };
  const evaluation = { session, data, batch: sizes.evaluation };
  return {
    load: (state) => void session.run(stateFeeds(layout, state), ['state/loaded']),
    read: () => readState(session, layout),
    step: (indices, scalars, seed) => runStep(step, indices, { scalars, seed }),
    gradientNorms: (indices, scalars, seed) => runNorms(noise, indices, { scalars, seed }),
    statistics(indices, scalars, seed) {
      const units = layout.units.filter((unit) => moves(unit) && !isTrained(unit));
      if (units.length === 0) return new Map();
      const names = units.map(({ name }) => name);
      return membersOf(units, runStatistics(step, names, indices, { scalars, seed }));
    },
    evaluationBatch: sizes.evaluation,
    evaluate: (part, indices) => runEvaluation(evaluation, part, indices),
    ...(data.ahead && {
      ahead: {
        step: (indices) => data.ahead?.('train', indices),
        evaluation: (part, indices) => announceEvaluation(evaluation, part, indices),
      },
    }),
    dispose() {
      data.close();
      session.dispose();
    },
  };
}
