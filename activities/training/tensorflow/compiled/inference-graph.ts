/**
 * A trained model as a graph that anything which loads a SavedModel can serve: weights are constants in it, batches may
 * have any size.
 *
 * @module
 */
import type { TaskName } from '../../../../workflows/tasks';
import type { TaskSpec } from '../../../../workflows/words/study';
import { logitsOf } from '../evaluate-batch';
import type { TrainableModel } from '../model';
import { tf } from '../native';
import type { HostTensors } from '../../safetensors';
import { tensorOf } from '../step-state';
import { constant, type GraphNode, placeholder } from './graph';
import { atAnyBatchSize, batchSizeOf } from './recording/any-batch';
import { OutputShapes } from './recording/output-shapes';
import { bindVariables, recordInBatches, recordingImages } from './recording/record-batches';
import { Recorder } from './recording/recorder';
import { encodeSavedModel, type Signature } from './saved-model';
import { after, readOf } from './variables';

/** The input of an exported model. */
export const IMAGES = 'images';

const BATCH = 'batch';

/** Names of the outputs of a task, and what they are of the model's. */
const OUTPUTS: Readonly<Record<TaskName, Readonly<Record<string, (answer: tf.Tensor2D) => tf.Tensor2D>>>> = {
  classification: { logits: (answer) => answer, probabilities: (answer) => tf.softmax(answer) },
  multiLabel: { logits: (answer) => answer, probabilities: (answer) => tf.sigmoid(answer) },
  regression: { numbers: (answer) => answer },
};

/** Names of the outputs of an exported model. */
export const outputsOf = (task: TaskSpec | undefined): readonly string[] =>
  Object.keys(OUTPUTS[task?.name ?? 'classification']);

/** The tag and the signature that TensorFlow Serving asks for. */
export const SERVE = 'serve';
export const SERVING_DEFAULT = 'serving_default';

/** Protocol buffers end at 2 GiB; the graph around the weights has all the rest for itself. */
const WEIGHT_BYTES_MAX = 2 ** 31 - 2 ** 26;

function recordInference(
  model: TrainableModel,
  task: TaskName,
  shapes: OutputShapes,
  batch: number,
): readonly GraphNode[] {
  const recorder = new Recorder('inference', model.network, shapes);
  bindVariables(recorder, model, new Map(model.variables.map(({ key }) => [key, readOf(key)])));
  const images = recordingImages(model, batch);
  recorder.bind(images, IMAGES);
  const outputs = recorder.record(() => {
    const answer = logitsOf(model, images);
    return Object.entries(OUTPUTS[task]).map(([name, of]) => [name, of(answer)] as const);
  });
  return [...recorder.nodes, ...outputs.map(([name, output]) => after(name, recorder.nameOf(output), []))];
}

/**
 * Bytes of a `saved_model.pb` with the signature `serving_default`: float32 `images` [any, height, width, channels]
 * with pixels from 0 to 255 to float32 `logits` and `probabilities` [any, classes], or to `numbers` [any, targets];
 * `null` for weights that exceed what the format can hold.
 *
 * Weights are constants and not a variables checkpoint: the answers are the same, and any TensorFlow loads it without
 * further files.
 */
export function encodeInferenceModel(model: TrainableModel, weights: HostTensors, task?: TaskSpec): Uint8Array | null {
  const name = task?.name ?? 'classification';
  const sizes = model.variables.map(({ variable }) => variable.size * Float32Array.BYTES_PER_ELEMENT);
  if (sizes.reduce((sum, size) => sum + size, 0) > WEIGHT_BYTES_MAX) return null;
  const shapes = new OutputShapes();
  const [template = []] = recordInBatches(model, [(batch) => recordInference(model, name, shapes, batch)]);
  const shape = [-1, ...(model.network.inputs[0]?.shape.slice(1) as number[])];
  const constants = model.variables.map(({ key, variable }) =>
    constant(readOf(key), {
      dtype: 'float32',
      shape: variable.shape,
      values: tensorOf(weights, key, variable.shape).values,
    }),
  );
  const nodes = [
    placeholder(IMAGES, 'float32', shape),
    ...batchSizeOf(BATCH, IMAGES),
    ...constants,
    ...atAnyBatchSize(template, BATCH),
  ];
  const answers = [-1, ...(model.network.outputs[0]?.shape.slice(1) as number[])];
  const serving: Signature = {
    inputs: { images: { node: IMAGES, dtype: 'float32', shape } },
    outputs: Object.fromEntries(
      outputsOf(task).map((output) => [output, { node: output, dtype: 'float32' as const, shape: answers }]),
    ),
  };
  return encodeSavedModel(nodes, { tag: SERVE, signatures: { [SERVING_DEFAULT]: serving } });
}
