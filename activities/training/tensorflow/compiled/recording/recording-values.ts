import { tf } from '../../native';

/** Of a table that many tensors are cut from, each from another place. */
const [TABLE_NUMBERS, PLACES_BITS] = [2 ** 17, 14];

let table: Float32Array | undefined;

/** Numbers in (0.05, 1), made once a process: recording takes some for every weight, at every batch. */
function numbers(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(TABLE_NUMBERS);
  let state = 1;
  for (let i = 0; i < table.length; i++) {
    // Source: W. Press et al., "Numerical Recipes", 2nd ed., section 7.1: a quick linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    table[i] = 0.05 + 0.95 * ((state >>> 8) / 2 ** 24);
  }
  return table;
}

/** A part of the table, or a tensor's own numbers where the table is too short. */
function numbersFrom(place: number, count: number): Float32Array {
  if (place + count <= TABLE_NUMBERS) return numbers().subarray(place, place + count);
  const values = new Float32Array(count);
  for (let [filled, from] = [0, place]; filled < count; from = 0) {
    const piece = numbers().subarray(from, from + count - filled);
    values.set(piece, filled);
    filled += piece.length;
  }
  return values;
}

/**
 * A tensor to record with: numbers in (0.05, 1) times `max`, others for every seed; positive, as slots and variances
 * are.
 */
export function recordingValues(shape: readonly number[], seed: number, max = 1): tf.Tensor {
  const place = Math.imul(seed + 1, 0x9e3779b1) >>> (32 - PLACES_BITS);
  const values = numbersFrom(place, tf.util.sizeFromShape([...shape]));
  return tf.tensor(max === 1 ? values : values.map((value) => value * max), [...shape]);
}
