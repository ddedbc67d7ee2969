/**
 * The step engine that trains from one compiled TensorFlow graph: a step is a single call into the native binding.
 *
 * @module
 */
import type { HostTensor, HostTensors } from '../safetensors';
import type { StepPlan } from '../step';
import type { ExampleSet, StepEngine } from '../step-engine';
import { stateShapes, tensorOf } from '../step-state';
import { atBatchSize } from './batch-template';
import { type Dtype, type GraphNode, placeholder } from './graph';
import { EVALUATE, LOSS, recordStep, SCALARS, SEED, SUMS, TRAIN, WEIGHTS } from './record-step';
import { type Feed, Session } from './session';
import { dataFeeds, feedOf, gatherExamples, IMAGES, LABELS, readOf, variableGroup } from './variables';

/** Examples per evaluation run: enough to be fast, few enough that filling up the last batch wastes little. */
const EVALUATION_BATCH = 128;

export interface CompiledEngineInput {
  readonly plan: StepPlan;
  readonly parts: { readonly train: ExampleSet; readonly test: ExampleSet | null };
  readonly batchSize: number;
}

type StateShapes = ReturnType<typeof stateShapes>;

/**
 * Compiles a plan's step. The plan is not needed afterwards: any plan of the same structure may use the engine.
 *
 * @throws TrainingFailure of type ModelInvalid that names the layer if the step cannot be compiled.
 */
export function createCompiledEngine({ plan, parts, batchSize }: CompiledEngineInput): StepEngine {
  const shapes = stateShapes(plan);
  const data = dataFeeds(parts.test === null ? [parts.train] : [parts.train, parts.test]);
  const session = new Session(graphOf(plan, shapes, data, batchSize));
  const offsets = { train: 0, test: parts.train.examples };
  const engine = engineOf(session, shapes, plan.scalarNames.length, batchSize, offsets);
  try {
    session.run(data, ['data/loaded']);
    warmUp(engine, shapes, plan.scalarNames.length, batchSize);
    return engine;
  } catch (error) {
    session.dispose();
    throw error;
  }
}

function graphOf(plan: StepPlan, shapes: StateShapes, data: readonly Feed[], batchSize: number): GraphNode[] {
  const { train, evaluate } = recordStep(plan);
  const [images, labels] = data as [Feed, Feed];
  const state = new Map([...shapes].map(([name, shape]) => [name, { dtype: 'float32' as Dtype, shape }]));
  return [
    ...variableGroup('state', state),
    ...variableGroup('data', new Map([[IMAGES, images], [LABELS, labels]])),
    ...gatherExamples(TRAIN, batchSize),
    placeholder(SCALARS, 'float32', [plan.scalarNames.length]),
    placeholder(SEED, 'int32', [2]),
    ...atBatchSize(train, batchSize),
    ...gatherExamples(EVALUATE, EVALUATION_BATCH),
    placeholder(WEIGHTS, 'float32', [EVALUATION_BATCH]),
    ...atBatchSize(evaluate, EVALUATION_BATCH),
  ];
}

/** TensorFlow optimizes a graph in its first run, and a GPU compiles kernels: done before anybody takes the time. */
function warmUp(engine: StepEngine, shapes: StateShapes, scalars: number, batchSize: number): void {
  engine.load(new Map([...shapes].map(([name, shape]): [string, HostTensor] => [name, { shape, values: new Float32Array(sizeOf(shape)) }])));
  engine.step(new Int32Array(batchSize), new Float32Array(scalars), [1, 0]);
  engine.evaluate('train', new Int32Array(1));
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

function engineOf(session: Session, shapes: StateShapes, scalarCount: number, batchSize: number, offsets: { readonly train: number; readonly test: number }): StepEngine {
  const names = [...shapes.keys()];
  const reads = names.map(readOf);
  return {
    load(state: HostTensors) {
      session.run([...shapes].map(([name, shape]) => feedOf(name, 'float32', shape, tensorOf(state, name, shape).values)), ['state/loaded']);
    },
    read() {
      const values = session.run([], reads);
      return new Map(names.map((name, i): [string, HostTensor] => [name, { shape: shapes.get(name) ?? [], values: values[i] as Float32Array }]));
    },
    step(indices, scalars, seed) {
      const [loss] = session.run([
        { name: `${TRAIN}/indices`, dtype: 'int32', shape: [batchSize], values: indices },
        { name: SCALARS, dtype: 'float32', shape: [scalarCount], values: scalars },
        { name: SEED, dtype: 'int32', shape: [2], values: Int32Array.from(seed) },
      ], [LOSS]);
      return loss?.[0] ?? Number.NaN;
    },
    evaluate(part, indices) {
      let [lossSum, correct] = [0, 0];
      for (let from = 0; from < indices.length; from += EVALUATION_BATCH) {
        const sums = session.run(evaluationFeeds(indices.subarray(from, from + EVALUATION_BATCH), offsets[part]), [SUMS])[0];
        lossSum += sums?.[0] ?? Number.NaN;
        correct += sums?.[1] ?? 0;
      }
      return { lossSum, correct };
    },
    dispose: () => session.dispose(),
  };
}

/** A batch filled up with copies of its first example, which weigh nothing; a stranger's loss might not be finite. */
function evaluationFeeds(indices: Int32Array, offset: number): Feed[] {
  const padded = new Int32Array(EVALUATION_BATCH).fill((indices[0] ?? 0) + offset);
  indices.forEach((index, i) => {
    padded[i] = index + offset;
  });
  const weights = new Float32Array(EVALUATION_BATCH).fill(1, 0, indices.length);
  return [
    { name: `${EVALUATE}/indices`, dtype: 'int32', shape: [EVALUATION_BATCH], values: padded },
    { name: WEIGHTS, dtype: 'float32', shape: [EVALUATION_BATCH], values: weights },
  ];
}
