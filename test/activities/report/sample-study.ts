/**
 * A made-up study with everything a report can show: the evidence of each stage, warnings, recoveries, all kinds of
 * outcomes.
 *
 * @module
 */
import type { ReportInput } from '../../../activities/report';
import type { StageProgress, TrialSummary } from '../../../workflows/words/contract';
import type { Decision, Plot, Series } from '../../../workflows/stages/stage';
import type { ResolvedStudy } from '../../../workflows/words/study';
import type { HParams, Receipt } from '../../../workflows/words/trial';

const START: HParams = {
  learningRate: 0.001,
  batchSize: 32,
  momentum: 0.9,
  weightDecay: 0,
  l1: 0,
  l2: 0,
  dropoutRate: 0,
  labelSmoothing: 0,
  clipNorm: 0,
  clipValue: 0,
  flip: 0,
  shift: 0,
  rotation: 0,
  cutout: 0,
  brightness: 0,
  contrast: 0,
  mixup: 0,
};
const AFTER_RANGE: HParams = { ...START, learningRate: 0.00287453 };
const AFTER_LADDER: HParams = { ...AFTER_RANGE, batchSize: 64, learningRate: 0.00406521 };
const AFTER_RETEST: HParams = { ...AFTER_LADDER, learningRate: 0.00351 };
const AFTER_SWEEP: HParams = { ...AFTER_RETEST, weightDecay: 0.000213, dropoutRate: 0.317, labelSmoothing: 0.05 };

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
        receipts: RECEIPTS,
        changes: [],
      },
      final:
        decided < 5
          ? null
          : {
              trialId: 'final-train/001',
              hparams: AFTER_SWEEP,
              test: { loss: 0.07214, accuracy: 0.98056 },
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

function trial(
  stageId: string,
  number: number,
  label: string,
  hparams: HParams,
  rest: Partial<TrialSummary> = {},
): TrialSummary {
  return {
    trialId: `${stageId}/${String(number).padStart(3, '0')}`,
    stageId,
    label,
    hparams,
    status: 'completed',
    score: null,
    deviceSeconds: 3.2 + number * 0.37,
    reused: false,
    hash: 'c0ffee',
    ...rest,
  };
}

interface Stage {
  readonly decision: Decision;
  readonly trials: readonly TrialSummary[];
}

function decision(
  stageId: string,
  hparams: HParams,
  because: string,
  rest: Partial<Decision> & { readonly evidence: Decision['evidence'] },
): Decision {
  return { stage: stageId, stageId, hparams, because, confidence: 'high', alternatives: [], ...rest };
}

function rangeTest(): Stage {
  const trials = [0, 1, 2].map((i) =>
    trial('lr-range-test', i, `seed ${i + 1} of 3`, START, { status: i === 1 ? 'dead' : 'diverged', brokeDownAt: 0.3 }),
  );
  const plot: Plot = {
    title: 'Training loss along the ramp',
    xLabel: 'learning rate',
    yLabel: 'smoothed training loss',
    xScale: 'log',
    yScale: 'linear',
    series: [0, 1, 2].map((i) => rampCurve(`seed ${i + 1}`, i)),
    marks: [
      { name: 'valley', x: 0.0021 },
      { name: 'chosen', x: 0.00287 },
      { name: 'minimum / 10', x: 0.0039 },
      { name: 'steep', x: 0.0011 },
      { name: 'slide', x: 0.034 },
    ],
  };
  const because =
    '0.00287 is the geometric mean of valley (0.0021) and minimum/10 (0.0039), medians over 3 seeds that lie within a factor of 1.4';
  return {
    trials,
    decision: decision('lr-range-test', AFTER_RANGE, because, {
      evidence: {
        trialIds: trials.map(({ trialId }) => trialId),
        plots: [plot],
        warnings: [],
        tables: [
          {
            title: 'Suggestions',
            columns: ['rule', 'seed 1', 'seed 2', 'seed 3', 'median'],
            rows: [
              ['valley', 0.0019, 0.0021, 0.0024, 0.0021],
              ['minimum / 10', 0.0037, 0.0039, 0.0045, 0.0039],
              ['steep', 0.0009, 0.0011, 0.0011, 0.0011],
              ['slide', null, 0.034, 0.036, 0.034],
            ],
          },
        ],
      },
      alternatives: [{ hparams: { ...START, learningRate: 0.0011 }, note: 'steepest descent, the cautious choice' }],
    }),
  };
}

function rampCurve(name: string, seed: number): Series {
  const x = Array.from({ length: 120 }, (_, i) => 1e-6 * 10 ** (i / 17));
  const y = x.map(
    (rate, i) =>
      2.31 -
      1.75 / (1 + ((0.0015 * (1 + 0.2 * seed)) / rate) ** 1.4) +
      (rate / 0.3) ** 2 +
      0.02 * Math.sin(i * 1.3 + seed),
  );
  const end = y.findIndex((loss) => loss > 4);
  return { name, x: x.slice(0, end), y: y.slice(0, end) };
}

function ladder(): Stage {
  const sizes = [16, 32, 64, 128, 256];
  const seconds = sizes.map((size) => 0.0021 + 0.000031 * size);
  const trials = sizes.map((batchSize, i) =>
    trial(
      'batch-size-ladder',
      i,
      `rung ${batchSize}`,
      { ...AFTER_RANGE, batchSize },
      { status: batchSize === 256 ? 'outOfMemory' : 'completed', score: batchSize === 256 ? null : 0.11 + i * 0.004 },
    ),
  );
  const because = 'batch size 64 reached the target loss of 0.2 first, in 2.9 s, and 256 did not fit into memory';
  return {
    trials,
    decision: decision('batch-size-ladder', AFTER_LADDER, because, {
      confidence: 'medium',
      evidence: {
        trialIds: trials.map(({ trialId }) => trialId),
        warnings: ['the race was decided by 4 %: 32 would do as well'],
        plots: [
          {
            title: 'Seconds per step',
            xLabel: 'batch size',
            yLabel: 'seconds per step',
            xScale: 'log',
            yScale: 'linear',
            series: [
              { name: 'measured', x: sizes.slice(0, 4), y: seconds.slice(0, 4) },
              { name: 'a + cB', x: sizes, y: seconds.map((s, i) => s * (1 + 0.01 * (i % 2))) },
            ],
            marks: [
              { name: 'knee', x: 67.7 },
              { name: 'largest that fits', x: 256 },
            ],
          },
          {
            title: 'Examples per second',
            xLabel: 'batch size',
            yLabel: 'examples per second',
            xScale: 'log',
            yScale: 'log',
            series: [{ name: 'throughput', x: sizes, y: sizes.map((size, i) => size / (seconds[i] ?? 1)) }],
            marks: [],
          },
        ],
        tables: [
          {
            title: 'Rungs',
            columns: ['batch size', 'seconds per step', 'examples per second', 'peak MiB'],
            rows: sizes.map((size, i) => [
              size,
              i === 4 ? null : (seconds[i] ?? 0),
              i === 4 ? null : size / (seconds[i] ?? 1),
              i === 4 ? null : 210 + size / 2,
            ]),
          },
        ],
      },
    }),
  };
}

function retest(): Stage {
  const trials = [0, 1, 2].map((i) =>
    trial(
      'lr-retest',
      i,
      `factor ${2 ** (i - 1)}`,
      { ...AFTER_LADDER, learningRate: 0.00351 * 2 ** (i - 1) },
      { score: 0.13 - i * 0.004, reused: i === 0 },
    ),
  );
  return {
    trials,
    decision: decision(
      'lr-retest',
      AFTER_RETEST,
      '0.00351 had the lowest validation loss of three rates around 0.00407',
      {
        confidence: 'low',
        evidence: {
          trialIds: [trials[2]?.trialId ?? ''],
          plots: [],
          tables: [],
          warnings: ['the best rate lies at the edge of what was tried'],
        },
      },
    ),
  };
}

function sweep(): Stage {
  const trials = Array.from({ length: 14 }, (_, i) => {
    const hparams =
      i === 0
        ? AFTER_RETEST
        : {
            ...AFTER_RETEST,
            weightDecay: 1e-6 * 10 ** (((i * 7) % 13) / 3.3),
            dropoutRate: Number(((0.6 * ((i * 5) % 13)) / 13).toFixed(3)),
            labelSmoothing: [0, 0.05, 0.1][i % 3] ?? 0,
          };
    return trial(
      'regularization-sweep',
      i,
      i === 0 ? 'incumbent' : i > 10 ? `replicate of ${i - 8}` : `sample ${i}`,
      i === 7 ? AFTER_SWEEP : hparams,
      {
        score: i === 4 ? null : 0.12 - 0.002 * ((i * 3) % 11),
        status: i === 4 ? 'diverged' : i % 4 === 2 ? 'earlyStopped' : 'completed',
      },
    );
  });
  const plot: Plot = {
    title: 'Validation loss of the best five',
    xLabel: 'epoch',
    yLabel: 'validation loss',
    xScale: 'linear',
    yScale: 'log',
    marks: [],
    series: Array.from({ length: 9 }, (_, i) => ({
      name: `regularization-sweep/00${i}`,
      x: Array.from({ length: 12 }, (_, e) => e + 1),
      y: Array.from({ length: 12 }, (_, e) => 1.4 * Math.exp(-(e + 1) / (2.2 + i / 6)) + 0.1 + i * 0.004),
    })),
  };
  return {
    trials,
    decision: decision(
      'regularization-sweep',
      AFTER_SWEEP,
      'trial 007 has the lowest mean validation loss, 0.1004 over 2 seeds, 0.012 below the incumbent',
      {
        evidence: {
          trialIds: ['regularization-sweep/007', 'regularization-sweep/011', 'regularization-sweep/012'],
          plots: [plot],
          tables: [
            {
              title: 'Replicated',
              columns: ['trial', 'mean', 'seeds', 'standard error'],
              rows: [
                ['007', 0.1004, 2, 0.0021],
                ['002', 0.1037, 2, 0.0034],
                ['009', 0.1062, 2, 0.003],
              ],
            },
          ],
          warnings: [],
        },
        alternatives: [
          { hparams: { ...AFTER_SWEEP, dropoutRate: 0.2, weightDecay: 0 }, note: 'simpler, within one standard error' },
        ],
      },
    ),
  };
}

function finalTrain(): Stage {
  const trials = [0, 1].map((i) =>
    trial('final-train', i, `replicate ${i + 1} of 2`, AFTER_SWEEP, {
      score: 0.0987 - i * 0.002,
      deviceSeconds: 31 + i,
    }),
  );
  const curve = (name: string, floor: number): Series => ({
    name,
    x: Array.from({ length: 30 }, (_, e) => e + 1),
    y: Array.from({ length: 30 }, (_, e) => 1.2 * Math.exp(-(e + 1) / 4) + floor),
  });
  const plot: Plot = {
    title: 'Losses of the final training',
    xLabel: 'epoch',
    yLabel: 'loss',
    xScale: 'linear',
    yScale: 'linear',
    series: [curve('training', 0.31), curve('validation', 0.0967)],
    marks: [{ name: 'best epoch', x: 27 }],
  };
  return {
    trials,
    decision: decision('final-train', AFTER_SWEEP, 'replicate 2 has the lower validation loss, 0.0967 against 0.0987', {
      finalTrialId: 'final-train/001',
      evidence: { trialIds: trials.map(({ trialId }) => trialId), plots: [plot], tables: [], warnings: [] },
    }),
  };
}
