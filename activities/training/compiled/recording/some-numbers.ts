import { tf } from '../../native';

/**
 * A tensor to record with: numbers in (0.05, 1) times `max`, that no two seeds have in common; positive, as slots and variances are.
 * Made on the host: a random op for every weight would take longer than the recording.
 */
export function someNumbers(shape: readonly number[], seed: number, max = 1): tf.Tensor {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  let state = Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < values.length; i++) {
    // Source: W. Press et al., "Numerical Recipes", 2nd ed., section 7.1: a quick linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    values[i] = max * (0.05 + 0.95 * ((state >>> 8) / 2 ** 24));
  }
  return tf.tensor(values, [...shape]);
}
