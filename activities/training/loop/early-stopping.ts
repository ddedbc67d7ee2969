/**
 * Early stopping: by patience on the objective of a study, or by a rule on the curve of losses.
 *
 * @module
 */
import { isBetter } from '../../../workflows/analysis/score';
import type { Objective } from '../../../workflows/words/study';
import type { EpochMeasurement } from '../../../workflows/words/outcome';
import type { PrecheltRule, StopRules } from '../../../workflows/words/trial';

/** Plain JSON, kept in checkpoints. */
export interface Patience {
  /** The objective that the next epochs must beat by more than `minDelta`. */
  readonly reference: number | null;
  readonly epochsWithout: number;
}

export const INITIAL_PATIENCE: Patience = { reference: null, epochsWithout: 0 };

/** Patience after a validated epoch; one without a finite objective (`null`) is one without improvement. */
export function observeObjective(
  patience: Patience,
  objective: Objective,
  value: number | null,
  { minDelta = 0 }: StopRules,
): Patience {
  const margin = objective.direction === 'minimize' ? -minDelta : minDelta;
  const improved = isBetter(value, patience.reference === null ? null : patience.reference + margin, objective);
  return improved ? { reference: value, epochsWithout: 0 } : { ...patience, epochsWithout: patience.epochsWithout + 1 };
}

/** Whether `patience` epochs in a row brought no improvement. */
export function isExhausted({ epochsWithout }: Patience, { patience }: StopRules): boolean {
  return patience !== undefined && epochsWithout >= patience;
}

/** What of the curve the rules look at, one entry an epoch; `null` for a loss that was not finite. */
type LossCurve = readonly Pick<EpochMeasurement, 'trainLoss' | 'values'>[];

/** Whether a rule ends a training after the last epoch of its curve, in which every epoch was validated. */
export function stopsByPrechelt(rule: PrecheltRule, curve: LossCurve): boolean {
  if (rule.rule === 'GL') return generalizationLoss(curve) > rule.alpha;
  if (curve.length === 0 || curve.length % rule.stripEpochs !== 0) return false;
  if (rule.rule === 'UP') return stripsUp(curve, rule.stripEpochs) >= rule.strips;
  const loss = generalizationLoss(curve);
  // Without any progress every loss of generalization is too much.
  return loss > 0 && loss > rule.alpha * trainingProgress(curve.slice(-rule.stripEpochs));
}

/** GL(t): the validation loss above its lowest so far, in percent. A loss that is not finite is above any that was. */
function generalizationLoss(curve: LossCurve): number {
  const losses = curve.map(({ values: { valLoss } }) => valLoss ?? Infinity);
  const [last, lowest] = [losses.at(-1) ?? Infinity, Math.min(...losses)];
  return last === lowest ? 0 : 100 * (last / lowest - 1);
}

/** P_k(t): how much the mean training loss of a strip is above its lowest, in per mille. */
function trainingProgress(strip: LossCurve): number {
  const losses = strip.flatMap(({ trainLoss }) => trainLoss ?? []);
  const sum = losses.reduce((total, loss) => total + loss, 0);
  const least = losses.length * Math.min(...losses);
  return losses.length === 0 || sum === least ? 0 : 1000 * (sum / least - 1);
}

/**
 * Strips in a row, the last one included, at whose end the validation loss was higher than at the end of the one
 * before.
 */
function stripsUp(curve: LossCurve, stripEpochs: number): number {
  const ends = curve
    .filter((_, i) => (i + 1) % stripEpochs === 0)
    .map(({ values: { valLoss } }) => valLoss ?? Infinity);
  let strips = 0;
  while (strips + 1 < ends.length && ends[ends.length - 1 - strips]! > ends[ends.length - 2 - strips]!) strips += 1;
  return strips;
}
