/**
 * What a study may say about each stage. For the study language only: the workflow bundle takes types from here, never
 * values.
 *
 * @module
 */
import { batchSizeLadderOptions } from './batch-size-ladder/options';
import { finalTrainOptions } from './final-train/options';
import { lrRangeTestOptions } from './lr-range-test/options';
import { lrRetestOptions } from './lr-retest/options';
import { sweepOptions } from './sweep/options';

/** The schema of every stage's options, by the stage's name in a study. */
export const STAGE_OPTIONS = {
  lrRangeTest: lrRangeTestOptions,
  batchSizeLadder: batchSizeLadderOptions,
  lrRetest: lrRetestOptions,
  sweep: sweepOptions,
  regularizationSweep: sweepOptions,
  finalTrain: finalTrainOptions,
} as const;
