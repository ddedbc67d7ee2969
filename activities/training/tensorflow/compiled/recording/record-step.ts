/**
 * Recordings of a plan's training step and of its evaluation.
 *
 * @module
 */
import { evaluateBatch } from '../../evaluate-batch';
import { freeingTensors, tf } from '../../native';
import {
  AVERAGE_SHARE,
  type Examples,
  gradientNorms,
  stepGradients,
  type StepPlan,
  trainableVariables,
} from '../../step';
import type { GraphNode } from '../graph';
import { withFoldedNormalization } from '../rewrites/folded-normalization';
import { liveNodes } from '../rewrites/live-nodes';
import { withPooledGradients } from '../rewrites/pooled-gradients';
import { rowOf } from '../rows';
import { layoutOf, readsOf, type StateLayout, type Unit } from '../state-layout';
import { after, assign, isAssignment } from '../variables';
import { RECORDED_BATCHES, type Template } from './batch-template';
import { OutputShapes } from './output-shapes';
import { bindVariables, recordInBatches, recordingImages } from './record-batches';
import { advanceAverages, leftStatistics } from './record-averages';
import { recordUpdates, type Updates } from './record-updates';
import { Recorder } from './recorder';
import { advanceRow, rowsOf } from './row-averages';
import { recordingValues } from './recording-values';

/** Prefixes of the parts of the graph. */
export const TRAIN = 'train';
export const NOISE = 'noise';
export const EVALUATE = 'evaluate';

/** Below `TRAIN`: node whose one element is the step's loss, once every variable has its new value. */
export const LOSS = 'loss';
/** Below `NOISE`: node of [squared norm of a half's gradient, that of both halves']. */
export const NORMS = 'norms';
/** Below `NOISE`: prefixes of the two halves' examples. */
export const HALVES = ['first', 'second'] as const;
/** Node of the rows of `evaluateBatch`. */
export const ANSWERS = `${EVALUATE}/answers`;
/** Below `TRAIN` and `NOISE`: placeholders beside the indices. */
export const SCALARS = 'scalars';
export const SEED = 'seed';

export interface StepRecordings {
  readonly train: Template;
  readonly evaluate: Template;
  /** Of the largest tensor that an evaluation computes, for each example. */
  readonly evaluatedElements: number;
  /** By the size of a half; `null` where nobody asked for it. */
  readonly noise: Template | null;
}

/** What every part of the step is recorded of. */
interface Recorded {
  readonly plan: StepPlan;
  readonly layout: StateLayout;
  readonly shapes: OutputShapes;
}

/** The step, recorded; the model's own weights are as they were afterwards. */
export function recordStep(plan: StepPlan, withNoise: boolean): StepRecordings {
  const recorded = { plan, layout: layoutOf(plan), shapes: new OutputShapes() };
  const updates = recordUpdates(recorded);
  const sizes = new Map<number, readonly number[]>();
  const [train, evaluate, noise] = recordInBatches(plan.model, [
    (batch) => recordTraining(recorded, updates, batch),
    (batch) => {
      const evaluation = recordEvaluation(recorded, batch);
      sizes.set(batch, evaluation.sizes);
      return evaluation.nodes;
    },
    ...(withNoise ? [(batch: number) => recordNoise(recorded, batch)] : []),
  ]);
  return {
    train: train as Template,
    evaluate: evaluate as Template,
    evaluatedElements: elementsOfExample(sizes),
    noise: noise ?? null,
  };
}

/** What one more example adds to the largest tensor, from the sizes that two recordings' ops computed. */
function elementsOfExample(sizes: ReadonlyMap<number, readonly number[]>): number {
  const [few, , many] = RECORDED_BATCHES;
  const added = sizes.get(many)?.map((size, i) => (size - (sizes.get(few)?.[i] ?? size)) / (many - few)) ?? [];
  return added.reduce((largest, elements) => Math.max(largest, elements), 1);
}

/** Binds the model's variables and a batch of examples. */
function bindAll(recorder: Recorder, prefix: string, { plan, layout }: Recorded, batch: number): Examples {
  bindVariables(recorder, plan.model, readsOf(layout));
  return bindExamples(recorder, prefix, plan, batch);
}

function bindExamples(recorder: Recorder, prefix: string, { model, classes, task }: StepPlan, batch: number): Examples {
  const images = recordingImages(model, batch);
  const labels =
    task === undefined
      ? tf.tensor1d(
          Array.from({ length: batch }, (_, i) => (i * batch) % classes),
          'int32',
        )
      : recordingValues([batch, classes], 5 * batch, 0.5);
  recorder.bind(images, `${prefix}/images`);
  recorder.bind(labels, `${prefix}/labels`);
  return { images, labels };
}

function recordTraining(recorded: Recorded, updates: Updates, batch: number): readonly GraphNode[] {
  const { plan, layout, shapes } = recorded;
  return freeingTensors(() => {
    const recorder = new Recorder(TRAIN, plan.model.network, shapes);
    const examples = bindAll(recorder, TRAIN, recorded, batch);
    const stepInputs = bindStepInputs(recorder, TRAIN, plan, batch);
    const before = plan.model.variables.map(({ variable }) => variable.dataId);
    const { loss, gradients, rows, scalars } = recorder.record(() => {
      const inputs = { ...examples, ...stepInputs() };
      const { averages, ...step } = stepGradients(plan, inputs);
      return { ...step, rows: rowsOf(layout, averages), scalars: inputs.scalars };
    });
    const averaged = rows.flatMap((row) => advanceRow(TRAIN, row, recorder));
    const changed = new Set(plan.model.variables.filter(({ variable }, i) => variable.dataId !== before[i]));
    const written = layout.units
      .filter(({ members }) => members.some((item) => changed.has(item)))
      .flatMap((unit) => assignWritten(unit, recorder));
    const updated = updates(TRAIN, {
      gradients: new Map(
        trainableVariables(plan.model).map(({ key }, i) => [key, recorder.nameOf(gradients[i] as tf.Tensor)]),
      ),
      scalars: new Map(plan.scalarNames.map((name, i) => [name, recorder.nameOf(scalars[i] as tf.Scalar)])),
    });
    const moved = [...averaged, ...written, ...updated];
    const share = plan.averages && recorder.nameOf(scalars[plan.scalarNames.indexOf(AVERAGE_SHARE)] as tf.Scalar);
    const moving = share === false ? moved : [...moved, ...advanceAverages(TRAIN, layout, moved, share)];
    const left = plan.averages ? leftStatistics(TRAIN, layout, moved) : [];
    const assignments = moving.filter(isAssignment).map(({ name }) => name);
    const step = after(`${TRAIN}/${LOSS}`, recorder.nameOf(loss), assignments);
    const roots = [step, ...left];
    return liveNodes([...withPooledGradients(recorder.nodes), ...moving, ...roots], roots);
  });
}

/** Puts what a layer wrote to its variables during the step into the graph's. */
function assignWritten(unit: Unit, recorder: Recorder): GraphNode[] {
  const { name, members, isRow } = unit;
  const values = members.map(({ variable }) => recorder.nameOf(variable));
  const value = isRow ? `${TRAIN}/${name}` : (values[0] as string);
  return [...(isRow ? rowOf(unit, value, values) : []), assign(`${TRAIN}/assign/${name}`, name, value, 'float32')];
}

/** Binds a step's scalars and seed. @returns What makes the step's inputs of them, as a part of the recording. */
function bindStepInputs(
  recorder: Recorder,
  prefix: string,
  plan: StepPlan,
  batch: number,
): () => { readonly scalars: tf.Scalar[]; readonly seed: tf.Tensor1D } {
  const scalars = recordingValues([plan.scalarNames.length], 3 * batch, 0.5);
  const seed = tf.tensor1d([batch, 2 * batch], 'int32');
  recorder.bind(scalars, `${prefix}/${SCALARS}`);
  recorder.bind(seed, `${prefix}/${SEED}`);
  return () => ({ scalars: tf.unstack(scalars) as tf.Scalar[], seed });
}

function recordNoise(recorded: Recorded, batch: number): readonly GraphNode[] {
  const { plan, shapes } = recorded;
  return freeingTensors(() => {
    const recorder = new Recorder(NOISE, plan.model.network, shapes);
    const [first, second] = HALVES.map((half) => `${NOISE}/${half}`) as [string, string];
    const halves = [bindAll(recorder, first, recorded, batch), bindExamples(recorder, second, plan, batch)] as const;
    const stepInputs = bindStepInputs(recorder, NOISE, plan, batch);
    const norms = recorder.record(() => gradientNorms(plan, { halves, ...stepInputs() }));
    const measured = after(`${NOISE}/${NORMS}`, recorder.nameOf(norms), []);
    return liveNodes([...withPooledGradients(recorder.nodes), measured], [measured]);
  });
}

function recordEvaluation(recorded: Recorded, batch: number): Pick<Recorder, 'nodes' | 'sizes'> {
  const { plan, shapes } = recorded;
  return freeingTensors(() => {
    const recorder = new Recorder(EVALUATE, plan.model.network, shapes);
    const inputs = bindAll(recorder, EVALUATE, recorded, batch);
    const answers = recorder.record(() => evaluateBatch(plan, inputs));
    const nodes = [...withFoldedNormalization(recorder.nodes), after(ANSWERS, recorder.nameOf(answers), [])];
    return { nodes, sizes: recorder.sizes };
  });
}
