/**
 * The digits study in TypeScript, where a misspelt option is a type error: `stepwell run examples/define-study.ts`.
 * In a project of your own, import from 'stepwell'.
 *
 * @module
 */
import { defineStudy } from '../index';

export default defineStudy({
  name: 'digits-in-typescript',
  seed: 17,
  dataset: { format: 'idx', uri: 'data/digits' },
  model: { preset: 'mnist-cnn' },
  training: { optimizer: { name: 'adam' }, schedule: { name: 'cosine', warmupSteps: 20 }, epochs: 12 },
  budget: { deviceMinutes: 10, parallelTrials: 2 },
  stages: [
    { stage: 'lrRangeTest' },
    {
      stage: 'regularizationSweep',
      space: { weightDecay: { shrink: [0.01, 0.99] }, dropoutRate: { uniform: [0, 0.6] } },
      trials: 6,
    },
    { stage: 'finalTrain', epochs: 20 },
  ],
});
