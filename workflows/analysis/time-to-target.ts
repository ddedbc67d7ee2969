import type { EpochMeasurement } from '../words/outcome';

/**
 * Optimizer steps until the validation loss first reached a target, interpolated between the evaluations before and
 * after.
 *
 * Without interpolation everything within an epoch would be a tie. It is in the logarithm of the loss, which falls by
 * about a factor an epoch: linearly, the fall to a low target would lie almost at its end.
 *
 * @param initialLoss Before the first step, e.g. the chance level of the loss.
 * @returns `null` if it was never reached.
 */
export function stepsToTarget(curve: readonly EpochMeasurement[], target: number, initialLoss: number): number | null {
  let [step, loss] = [0, initialLoss];
  for (const point of curve) {
    const { valLoss = null } = point.values;
    if (valLoss === null) continue;
    if (valLoss <= target) {
      const share = loss > target ? logRatio(loss, target) / logRatio(loss, valLoss) : 1;
      return step + share * (point.step - step);
    }
    [step, loss] = [point.step, valLoss];
  }
  return null;
}

/** A loss of exactly 0 has no logarithm. */
const LOSS_MIN = 1e-12;

const logRatio = (a: number, b: number): number => Math.log(Math.max(a, LOSS_MIN) / Math.max(b, LOSS_MIN));
