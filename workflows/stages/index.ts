/**
 * Every stage by its name in a study. A new stage is a folder here, one line below and one in `./options`.
 *
 * @module
 */
import { batchSizeLadder } from './batch-size-ladder/stage';
import { finalTrain } from './final-train/stage';
import { lrRangeTest } from './lr-range-test/stage';
import { lrRetest } from './lr-retest/stage';
import type { Stage } from './stage';
import { regularizationSweep, sweep } from './sweep/stage';

export const STAGES: Readonly<Record<string, Stage>> = {
  lrRangeTest,
  batchSizeLadder,
  lrRetest,
  sweep,
  regularizationSweep,
  finalTrain,
};

/** A stage's id: its name in kebab case; a study that has it again numbers it, e.g. `regularization-sweep-2`. */
export function stageIdOf(name: string, occurrence = 1): string {
  const base = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return occurrence === 1 ? base : `${base}-${occurrence}`;
}
