import { writeSafetensors } from '../../activities/training/safetensors';
import type { CheckpointFile } from '../../activities/trial/protocol';

/** Of one tensor: a dense layer of 4,096 inputs and outputs. */
const SIDE = 4_096;
const TENSOR_BYTES = 4 * SIDE * SIDE;
/** Tensors are windows on one table, each begun so many values after the one before, so that no two are equal. */
const SHIFT = 4_099;

/**
 * Writes the state of a model that does not exist, as a trainer does: weights and two moments of each layer.
 *
 * @param bytesMin The file is as large at least, and larger by less than a layer's state.
 */
export function writeState(path: string, bytesMin: number): CheckpointFile {
  const layers = Math.ceil(bytesMin / (3 * TENSOR_BYTES));
  const table = tableOf(SIDE * SIDE + 3 * layers * SHIFT);
  const tensors = new Map(
    Array.from({ length: 3 * layers }, (_, i) => [
      `${['weights', 'moment1', 'moment2'][i % 3]}/dense_${Math.floor(i / 3)}/kernel`,
      { shape: [SIDE, SIDE], values: table.subarray(i * SHIFT, i * SHIFT + SIDE * SIDE) },
    ]),
  );
  return { path, ...writeSafetensors(path, tensors), step: 1_000, epoch: 1, best: true, deviceSeconds: 1 };
}

/** Values that neither repeat nor compress well. Source: Numerical Recipes, "quick and dirty" generator. */
function tableOf(length: number): Float32Array {
  const values = new Float32Array(length);
  let word = 1;
  for (let i = 0; i < length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = word / 2 ** 32 - 0.5;
  }
  return values;
}
