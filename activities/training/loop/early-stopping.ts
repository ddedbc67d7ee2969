/**
 * Early stopping on the objective of a study.
 *
 * @module
 */
import { isBetter } from '../../../workflows/analysis/score';
import type { Objective } from '../../../workflows/words/study';
import type { StopRules } from '../../../workflows/words/trial';

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
