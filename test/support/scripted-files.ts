/**
 * Small studies for made-up trainings.
 *
 * @module
 */
import type { StudyInput } from '../../workflows/spec';
import type { PinnedDataset } from '../../workflows/words/study';

const SHA = 'd'.repeat(64);

/** As it is pinned. */
export const MADE_UP_DATASET: PinnedDataset = {
  sha256: SHA,
  manifest: { key: `v1/datasets/${SHA}/manifest.json`, sha256: SHA, bytes: 1000 },
  source: { format: 'idx', uri: 'data/made-up' },
  shape: [8, 8, 1],
  classes: 10,
  validationLabels: Array<number>(10).fill(10),
  split: { seed: 7, trainExamples: 400, validationExamples: 100, testExamples: 100, testFrom: 'test' },
};

type Changes = Partial<StudyInput> & Pick<StudyInput, 'name'>;

const COMMON: Omit<StudyInput, 'name' | 'stages'> = {
  seed: 5,
  dataset: { format: 'idx', uri: 'data/made-up' },
  model: { preset: 'mnist-cnn' },
  training: { epochs: 4 },
  budget: { parallelTrials: 2 },
};

const SPACE: Extract<StudyInput['stages'][number], { stage: 'regularizationSweep' }>['space'] = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
};

/** It learns from the first two trials on, so that what it suggests depends on which have ended. */
const TPE = { name: 'tpe', startupTrials: 2 } as const;

/** Every stage once, each as short as it can be. */
export function fiveStages(changes: Changes): StudyInput {
  return {
    ...COMMON,
    stages: [
      { stage: 'lrRangeTest', steps: 60, replicates: 2 },
      { stage: 'batchSizeLadder', batchSizeMin: 16, batchSizeMax: 64, replicates: 1 },
      { stage: 'regularizationSweep', space: SPACE, sampler: TPE, trials: 6, replicateTop: 1, replicates: 2 },
      { stage: 'finalTrain', replicates: 2 },
    ],
    ...changes,
  };
}

/**
 * A search that pauses its trainings at their first epoch and goes on with the best; continues some of them as trials
 * of their own.
 */
export function prunedStudy(changes: Changes): StudyInput {
  return {
    ...COMMON,
    stages: [
      {
        stage: 'regularizationSweep',
        space: SPACE,
        sampler: TPE,
        pruner: { name: 'asha', reductionFactor: 2 },
        trials: 8,
        replicateTop: 1,
        replicates: 2,
      },
      { stage: 'finalTrain', replicates: 1 },
    ],
    ...changes,
  };
}

/** One search and the final training. */
export function sweepStudy(changes: Changes): StudyInput {
  return {
    ...COMMON,
    stages: [
      { stage: 'regularizationSweep', space: SPACE, sampler: TPE, trials: 8, replicateTop: 1, replicates: 2 },
      { stage: 'finalTrain', replicates: 1 },
    ],
    ...changes,
  };
}

/** A climb that only memory can end, and the final training. */
export function ladderStudy(changes: Changes): StudyInput {
  return {
    ...COMMON,
    stages: [
      {
        stage: 'batchSizeLadder',
        batchSizeMin: 16,
        batchSizeMax: 1024,
        strategy: 'largest',
        memoryMargin: 0,
        replicates: 1,
      },
      { stage: 'finalTrain', replicates: 1 },
    ],
    ...changes,
  };
}
