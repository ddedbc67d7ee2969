import type { RunTrialInput } from '../../../workflows/words/contract';
import type { TrialSpec } from '../../../workflows/words/trial';

/** What `runTrial` is given; what is not said is small and plain. */
export function trialInput(
  input: Partial<Omit<RunTrialInput, 'trial'>> = {},
  trial: Partial<TrialSpec> = {},
): RunTrialInput {
  return {
    studyId: 'digits',
    dataset: {
      sha256: 'd'.repeat(64),
      manifest: { key: `datasets/${'d'.repeat(64)}/manifest.json`, sha256: 'd'.repeat(64), bytes: 1 },
      source: { format: 'idx', uri: 'file:///digits' },
      shape: [8, 8, 1],
      classes: 10,
      validationLabels: Array<number>(10).fill(30),
      split: { seed: 1, trainExamples: 100, validationExamples: 20, testExamples: 20, testFrom: 'test' },
    },
    model: { preset: 'mnist-cnn' },
    optimizer: { name: 'adam' },
    objective: { metric: 'valLoss', direction: 'minimize' },
    checkpointEverySeconds: 60,
    checkpointEverySteps: 50,
    ...input,
    trial: {
      trialId: 'final-train/000',
      label: 'the only one',
      hparams: { learningRate: 0.1, batchSize: 32 },
      seed: 3,
      schedule: { name: 'constant' },
      limit: { steps: 100 },
      stop: {},
      evaluate: { validation: 'epoch', test: false },
      record: { stepLosses: false },
      process: 'warm',
      exportModel: false,
      ...trial,
    },
  };
}
