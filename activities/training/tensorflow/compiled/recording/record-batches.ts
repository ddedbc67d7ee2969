import type { TrainableModel } from '../../model';
import { freeingTensors, tf } from '../../native';
import type { GraphNode } from '../graph';
import { RECORDED_BATCHES, type Template, templateOf } from './batch-template';
import type { Recorder } from './recorder';
import { recordingValues } from './recording-values';

/** Records at every batch of `RECORDED_BATCHES`, each time on other weights; the model's own come back after. */
export function recordInBatches(
  model: TrainableModel,
  records: readonly ((batch: number) => readonly GraphNode[])[],
): Template[] {
  return freeingTensors(() => {
    const held = model.variables.map(({ variable }) => tf.clone(variable));
    const at = (batch: number): (readonly GraphNode[])[] =>
      records.map((record) =>
        freeingTensors(() => {
          model.variables.forEach(({ variable }, i) => variable.assign(recordingValues(variable.shape, batch + i)));
          return record(batch);
        }),
      );
    try {
      const [first, second, third] = RECORDED_BATCHES.map(at);
      return records.map((_, i) => templateOf([first?.[i] ?? [], second?.[i] ?? [], third?.[i] ?? []]));
    } finally {
      model.variables.forEach(({ variable }, i) => variable.assign(held[i] as tf.Tensor));
    }
  });
}

/** Says which tensors of the graph, by key, the model's variables are. */
export function bindVariables(
  recorder: Recorder,
  { variables }: TrainableModel,
  reads: ReadonlyMap<string, string>,
): void {
  variables.forEach(({ key, variable }) => recorder.bind(variable, reads.get(key) as string));
}

/** Pixels from 0 to 255 to record with. */
export function recordingImages({ network }: TrainableModel, batch: number): tf.Tensor4D {
  const [, ...shape] = network.inputs[0]?.shape ?? [];
  return recordingValues([batch, ...(shape as number[])], batch, 255) as tf.Tensor4D;
}
