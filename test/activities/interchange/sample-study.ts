import type { ExportedStudy } from '../../../activities/interchange/trial-row';
import type { TrialSummary } from '../../../workflows/words/progress';

function trial(trialId: string, changes: Partial<TrialSummary>): TrialSummary {
  return {
    trialId,
    stageId: trialId.split('/')[0]!,
    label: 'point 1',
    hparams: { learningRate: 1e-3, batchSize: 32 },
    status: 'completed',
    score: 0.5,
    epochs: 4,
    deviceSeconds: 12.25,
    reused: false,
    hash: 'ab12',
    ...changes,
  };
}

const hparams = (weightDecay: number, regularizer: string, more: object = {}) => ({
  learningRate: 1e-3,
  batchSize: 32,
  weightDecay,
  regularizer,
  flip: 0,
  ...more,
});

/** A study with a search over a conditional space, every way a trial ends, and a label that no format likes. */
export const SAMPLE: ExportedStudy = {
  studyId: 'digits',
  objective: { metric: 'valLoss', direction: 'minimize' },
  trials: [
    trial('lr-range-test/000', { label: 'seed 1 of 3', score: null }),
    trial('regularization-sweep/000', {
      label: 'the study, "as" it\nstands',
      score: 0.61,
      hparams: hparams(0, 'none'),
    }),
    trial('regularization-sweep/001', {
      score: 0.55,
      hparams: hparams(3.1e-4, 'dropout', { dropoutRate: 0.25 }),
      status: 'earlyStopped',
      epochs: 3.5,
    }),
    trial('regularization-sweep/002', { score: 0.9, hparams: hparams(1e-6, 'none', { flip: 0.5 }), status: 'paused' }),
    trial('regularization-sweep/003', { score: null, hparams: hparams(1e-2, 'none'), status: 'diverged' }),
    trial('regularization-sweep/004', { score: 0.8, hparams: hparams(2e-3, 'none'), status: 'paused' }),
    trial('regularization-sweep/004.2', { score: 0.52, hparams: hparams(2e-3, 'none') }),
    trial('regularization-sweep/005', {
      score: null,
      hparams: hparams(5e-5, 'dropout', { dropoutRate: 0.1 }),
      status: 'running',
      deviceSeconds: 0,
      hash: null,
    }),
    trial('final-train/000', { score: 0.4, hparams: hparams(2e-3, 'none') }),
  ],
  sweeps: [
    {
      stageId: 'regularization-sweep',
      space: {
        weightDecay: { logUniform: [1e-6, 1e-2] },
        regularizer: { choice: ['none', 'dropout'] },
        dropoutRate: { uniform: [0.1, 0.6], when: { regularizer: 'dropout' } },
        flip: { choice: [0, 0.5] },
      },
    },
  ],
};

/** What the sweep of it says to another sweep: hyperparameters of the space and the score, in order. */
export const SAMPLE_TRIALS: readonly { readonly weightDecay: number; readonly score: number | null }[] = [
  { weightDecay: 0, score: 0.61 },
  { weightDecay: 3.1e-4, score: 0.55 },
  { weightDecay: 1e-6, score: null },
  { weightDecay: 1e-2, score: null },
  { weightDecay: 2e-3, score: 0.52 },
];
