import { tf } from '../../native';

const TABLE_NUMBERS = 2 ** 17;

let table: Float32Array | undefined;

/** Numbers in (0.05, 1), made once a process: recording takes some for every weight, at every batch. */
function numbers(): Float32Array {
  let state = 1;
  return (table ??= Float32Array.from({ length: TABLE_NUMBERS }, () => {
    // Source: W. Press et al., "Numerical Recipes", 2nd ed., section 7.1: a quick linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return 0.05 + 0.95 * ((state >>> 8) / 2 ** 24);
  }));
}

/** A tensor to record with: numbers in (0.05, 1) times `max`, others for every seed; positive, as slots and variances are. */
export function someNumbers(shape: readonly number[], seed: number, max = 1): tf.Tensor {
  const values = new Float32Array(tf.util.sizeFromShape([...shape]));
  let from = Math.imul(seed + 1, 0x9e3779b1) >>> 15;
  for (let filled = 0; filled < values.length; from = 0) {
    const piece = numbers().subarray(from, from + values.length - filled);
    values.set(piece, filled);
    filled += piece.length;
  }
  return tf.tensor(max === 1 ? values : values.map((value) => value * max), [...shape]);
}
