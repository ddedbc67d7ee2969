/**
 * Every stage by its name in a study. A new stage is a folder here, one line below and one in `./options`.
 *
 * @module
 */
import { batchSizeLadder } from './batch-size-ladder/stage';
import { finalTrain } from './final-train/stage';
import { lrRangeTest } from './lr-range-test/stage';
import { lrRetest } from './lr-retest/stage';
import { regularizationSweep } from './sweep/stage';
import type { Stage } from './stage';

export const STAGES: Readonly<Record<string, Stage>> = {
  lrRangeTest,
  batchSizeLadder,
  lrRetest,
  regularizationSweep,
  finalTrain,
};
