/**
 * Shares of a study's device time by stage, where it gives none of its own. The search's share has its replicates in
 * it, and what a stage does not spend is for those after it.
 */
export const STAGE_SHARES: Readonly<Record<string, number>> = {
  lrRangeTest: 0.05,
  batchSizeLadder: 0.1,
  lrRetest: 0.05,
  regularizationSweep: 0.65,
  finalTrain: 0.15,
};
