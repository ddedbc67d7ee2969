/**
 * A made-up study with everything a report can show: the evidence of each stage, warnings, recoveries, all kinds of
 * outcomes.
 *
 * @module
 */
import type { ReportInput } from '../../../activities/report';
import type { StageProgress, TrialSummary } from '../../../workflows/words/progress';
import type { Decision } from '../../../workflows/stages/stage';
import type { ResolvedStudy } from '../../../workflows/words/study';
import { NO_RECOVERIES, withReceipts } from '../../../workflows/trials/recoveries';
import type { Receipt } from '../../../workflows/words/outcome';
import { AFTER_SWEEP, START } from './sample-parts';
import { ladder, rangeTest, retest } from './sample-rate-stages';
import { finalTrain, sweep } from './sample-sweep';

export const SAMPLE_STUDY: ResolvedStudy = {
  apiVersion: 'stepwell/v1',
  plannerVersion: 1,
  name: 'digits',
  seed: 17,
  reproducible: false,
  dataset: {
    sha256: '5f1d1b3a9a6f0c77d2f6f9a0c0f0a3c4b8f5b0e6a1d2c3b4a5968778695a4b3c',
    manifest: { key: 'datasets/5f1d/manifest.json', sha256: '00', bytes: 812 },
    source: { format: 'idx', uri: 'file:///data/digits' },
    shape: [8, 8, 1],
    classes: 10,
    validationLabels: Array<number>(10).fill(29),
    split: { seed: 17, trainExamples: 1150, validationExamples: 287, testExamples: 360, testFrom: 'test' },
  },
  model: { preset: 'mnist-cnn' },
  training: {
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    schedule: { name: 'cosine', warmupSteps: 20, finalFactor: 0 },
    epochs: 12,
    earlyStopping: { patience: 5, minDelta: 1e-4 },
    hparams: START,
  },
  objective: { metric: 'valLoss', direction: 'minimize' },
  budget: { deviceMinutes: 10, maxTrials: 80, parallelTrials: 2 },
  checkpointEverySeconds: 60,
  checkpointEverySteps: 100,
  stages: [],
};

const STAGES: readonly (readonly [stage: string, stageId: string, question: string, inserted?: string])[] = [
  ['lrRangeTest', 'lr-range-test', 'which learning rate'],
  ['batchSizeLadder', 'batch-size-ladder', 'which batch size'],
  ['lrRetest', 'lr-retest', 'is the learning rate still right', 'the batch size changed'],
  ['regularizationSweep', 'regularization-sweep', 'which regularization'],
  ['finalTrain', 'final-train', 'how good is the model'],
];

/**
 * The study after `decided` of its five stages; those after them were never begun, but for one that has running trials.
 */
export function sampleStudy({
  decided = 5,
  status = 'completed',
  failure,
}: {
  readonly decided?: number;
  readonly status?: 'completed' | 'cancelled' | 'failed' | 'running';
  readonly failure?: string;
} = {}): ReportInput {
  const all = [rangeTest(), ladder(), retest(), sweep(), finalTrain()];
  const stages = STAGES.map(([stage, stageId, question, inserted], i): StageProgress => {
    const trials =
      i < decided ? (all[i]?.trials ?? []) : i === decided ? (all[i]?.trials ?? []).slice(0, 2).map(unfinished) : [];
    return {
      stage,
      stageId,
      question,
      trials,
      trialsPlanned: all[i]?.trials.length ?? 0,
      status: i < decided ? 'decided' : i === decided ? 'running' : 'pending',
      ...(inserted !== undefined && { inserted }),
      ...(i < decided && { decision: withoutBulk(all[i]?.decision as Decision) }),
    };
  });
  const trials = stages.flatMap((stage) => stage.trials);
  return {
    record: {
      studyId: 'digits',
      study: SAMPLE_STUDY,
      progress: {
        studyId: 'digits',
        status,
        stages,
        deviceSeconds: trials.reduce((sum, trial) => sum + trial.deviceSeconds, 0),
        trials: trials.length,
        ...withReceipts({ recoveries: NO_RECOVERIES, receipts: [] }, RECEIPTS),
        changes: [],
      },
      final:
        decided < 5
          ? null
          : {
              trialId: 'final-train/001',
              hparams: AFTER_SWEEP,
              test: { values: { loss: 0.07214, accuracy: 0.98056 } },
              weights: { key: 'trials/9c/weights', sha256: '00', bytes: 4096 },
              model: 'trials/9c/model/',
            },
      engines: ['tensorflow 2.21.0 cpu, x64-avx512f, threads 1, onednn 1'],
      ...(failure !== undefined && { failure }),
    },
    decisions: all.slice(0, decided),
    storeUri: 's3://stepwell/v1/',
  };
}

const RECEIPTS: readonly Receipt[] = [
  {
    trialId: 'regularization-sweep/003',
    cause: 'trainerKilled',
    attempt: 2,
    lastStep: 431,
    resumedAtStep: 400,
    stepsLost: 31,
    deviceSecondsLost: 1.42,
    worker: 'training@node-a/4711',
  },
  {
    trialId: 'final-train/000',
    cause: 'workerLost',
    attempt: 2,
    lastStep: 1290,
    resumedAtStep: 1200,
    stepsLost: 90,
    deviceSecondsLost: 4.1,
    worker: 'training@node-b/812',
  },
];

function withoutBulk(decision: Decision): Decision {
  return { ...decision, evidence: { ...decision.evidence, plots: [], tables: [] } };
}

function unfinished(trial: TrialSummary): TrialSummary {
  return { ...trial, status: 'running', score: null, deviceSeconds: 0, hash: null };
}
