/**
 * A trained model as a graph that anything which loads a SavedModel can serve: weights are constants in it, batches may
 * have any size.
 *
 * @module
 */
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

const [IMAGES, LOGITS, PROBABILITIES, BATCH] = ['images', 'logits', 'probabilities', 'batch'] as const;

/** The tag and the signature that TensorFlow Serving asks for. */
const [SERVE, SERVING_DEFAULT] = ['serve', 'serving_default'] as const;

/** Protocol buffers end at 2 GiB; the graph around the weights has all the rest for itself. */
const WEIGHT_BYTES_MAX = 2 ** 31 - 2 ** 26;

function recordInference(model: TrainableModel, shapes: OutputShapes, batch: number): readonly GraphNode[] {
  const recorder = new Recorder('inference', model.network, shapes);
  bindVariables(recorder, model, new Map(model.variables.map(({ key }) => [key, readOf(key)])));
  const images = recordingImages(model, batch);
  recorder.bind(images, IMAGES);
  const [logits, probabilities] = recorder.record(() => {
    const answer = logitsOf(model, images);
    return [answer, tf.softmax(answer)] as const;
  });
  return [
    ...recorder.nodes,
    after(LOGITS, recorder.nameOf(logits), []),
    after(PROBABILITIES, recorder.nameOf(probabilities), []),
  ];
}

/**
 * Bytes of a `saved_model.pb` with the signature `serving_default`: float32 `images` [any, height, width, channels]
 * with pixels from 0 to 255 to float32 `logits` and `probabilities` [any, classes]; `null` for weights that exceed what
 * the format can hold.
 *
 * Weights are constants and not a variables checkpoint: the answers are the same, and any TensorFlow loads it without
 * further files.
 */
export function encodeInferenceModel(model: TrainableModel, weights: HostTensors): Uint8Array | null {
  const sizes = model.variables.map(({ variable }) => variable.size * Float32Array.BYTES_PER_ELEMENT);
  if (sizes.reduce((sum, size) => sum + size, 0) > WEIGHT_BYTES_MAX) return null;
  const shapes = new OutputShapes();
  const [template = []] = recordInBatches(model, [(batch) => recordInference(model, shapes, batch)]);
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
    outputs: {
      logits: { node: LOGITS, dtype: 'float32', shape: answers },
      probabilities: { node: PROBABILITIES, dtype: 'float32', shape: answers },
    },
  };
  return encodeSavedModel(nodes, { tag: SERVE, signatures: { [SERVING_DEFAULT]: serving } });
}
