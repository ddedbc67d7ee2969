import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listText } from '../../cli/commands/list';
import { localPath, lookAtText, resultText } from '../../cli/result';
import { showText } from '../../cli/show-text';
import { NO_RECOVERIES, withReceipts } from '../../workflows/trials/recoveries';
import type { StudyResult } from '../../workflows/words/progress';
import { decision, pendingStage, progress, stage, trial } from './fixtures/sample-view';

const result: StudyResult = {
  studyId: 'digits',
  status: 'completed',
  test: { values: { loss: 0.0912, accuracy: 0.98123, macroF1: 0.97, auc: null, expectedCalibrationError: 0.0123 } },
  recoveries: NO_RECOVERIES,
  receipts: [],
  changes: [],
  deviceSeconds: 180,
  trials: 30,
  decisions: [
    {
      stage: 'lrRangeTest',
      stageId: 'lr-range-test',
      hparams: { learningRate: 0.003, batchSize: 64 },
      because: 'the loss falls fastest at 0.003',
      confidence: 'high',
    },
  ],
  model: { uri: 's3://stepwell/v1/studies/digits/model/' },
  report: { uri: 's3://stepwell/v1/studies/digits/report.html' },
};

test('a result tells decisions with reasons, accuracy, recoveries, cost and places', () => {
  expect(resultText(result, undefined).split('\n')).toEqual([
    'study digits is completed',
    '',
    'lr-range-test (confidence: high)',
    '  the loss falls fastest at 0.003',
    '',
    'hyperparameters  learningRate 0.003, batchSize 64',
    'test accuracy    0.9812',
    'test loss        0.0912',
    'test further     macro F1 0.97, calibration error 0.0123',
    'spent            30 trials, 3 min 0 s of device time',
    'recoveries       no recovery was needed',
    'model            s3://stepwell/v1/studies/digits/model/',
    'report           s3://stepwell/v1/studies/digits/report.html',
  ]);
});

test('an answer that a later stage replaced is marked, with the reason where there is room for it', () => {
  const [first] = result.decisions;
  const later = {
    ...first!,
    stage: 'lrRetest',
    stageId: 'lr-retest',
    because: '0.006 instead of 0.003',
    confidence: 'medium',
  };
  const decisions = [first!, { ...later, supersedes: ['lr-range-test'] }];
  expect(resultText({ ...result, decisions }, undefined)).toContain(
    'lr-range-test (confidence: high; replaced by lr-retest)\n',
  );
  const stages = [
    stage({ status: 'decided', decision }),
    stage({
      stageId: 'lr-retest',
      status: 'decided',
      decision: { ...decision, ...later, confidence: 'medium', supersedes: ['lr-range-test'] },
    }),
  ];
  expect(showText(progress({ stages }), 'running')).toContain('  replaced by lr-retest: 0.006 instead of 0.003\n');
  expect(showText(progress({ stages: stages.slice(0, 1) }), 'running')).not.toContain('replaced');
});

test('a study without a final training has no accuracy, and says so', () => {
  expect(resultText({ ...result, test: null, model: null }, undefined)).toMatch(
    /test accuracy {4}not measured.*\n[^]*model {12}none/,
  );
});

test('after a result the commands that look at it are named, with the folder where it is another', () => {
  const before = process.env['npm_lifecycle_event'];
  delete process.env['npm_lifecycle_event'];
  const [report, show, predict] = ['report digits --open', 'show digits', 'predict digits FILES...'];
  expect(lookAtText(result, '.stepwell')).toBe(
    ['look at it with:', ...[report, show, predict].map((verb) => `  stepwell ${verb}`)].join('\n'),
  );
  process.env['npm_lifecycle_event'] = 'start';
  expect(lookAtText({ ...result, model: null }, 'other')).toBe(
    ['look at it with:', ...[report, show].map((verb) => `  npm run stepwell -- ${verb} --folder other`)].join('\n'),
  );
  if (before === undefined) delete process.env['npm_lifecycle_event'];
  else process.env['npm_lifecycle_event'] = before;
});

test('an object of the embedded store is shown as the plain file that it is, if it is there', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-result-'));
  mkdirSync(path.join(folder, 'stepwell/v1/studies/digits/model'), { recursive: true });
  expect(localPath(result.model!.uri, folder)).toBe(
    path.relative(process.cwd(), path.join(folder, 'stepwell/v1/studies/digits/model')),
  );
  expect(localPath(result.report.uri, folder)).toBeUndefined();
  expect(localPath(result.report.uri, undefined)).toBeUndefined();
});

test('a list has a row for each study, with the stage of those that run', () => {
  const startedAt = '2026-01-02T03:04:05.000Z';
  const studies = [
    { name: 'digits', status: 'running', stage: 'lr-range-test', startedAt, closedAt: null },
    { name: 'fashion', status: 'completed', stage: null, startedAt, closedAt: '2026-01-02T03:14:05.000Z' },
  ] as const;
  expect(listText(studies, new Date('2026-01-02T03:05:05.000Z')).split('\n')).toEqual([
    'name     status     stage          started (UTC)        duration',
    'digits   running    lr-range-test  2026-01-02 03:04:05  1 min 0 s',
    'fashion  completed  -              2026-01-02 03:04:05  10 min 0 s',
  ]);
});

test('showing a study gives its decisions, a table of every stage, and recoveries', () => {
  const receipt = {
    trialId: 'lr-range-test/001',
    cause: 'workerLost',
    attempt: 2,
    lastStep: 9,
    resumedAtStep: 9,
    stepsLost: 0,
    deviceSecondsLost: 0,
    worker: 'training@host/1',
  } as const;
  const stages = [
    stage({ status: 'decided', trials: [trial(1), trial(2, { reused: true, score: null })], decision }),
    pendingStage,
  ];
  expect(
    showText(
      progress({ stages, ...withReceipts({ recoveries: NO_RECOVERIES, receipts: [] }, [receipt]) }),
      'running',
    ).split('\n'),
  ).toEqual([
    'study digits is running; 1 trial, 12 s of device time',
    '',
    'lr-range-test: which learning rate; decided',
    '  decided: the loss falls fastest at 0.003 (confidence: high)',
    '  goes on with: learningRate 0.003, batchSize 64',
    '  warning: the seeds differ by a factor of 4',
    '  trial              status     score  device time  label',
    '  lr-range-test/001  completed  0.25   12 s         seed 1 of 3',
    '  lr-range-test/002  completed  -      reused       seed 2 of 3',
    '',
    'final-train: how good is it; pending',
    '',
    'recoveries',
    '  lr-range-test/001 on training@host/1: worker lost at step 9, went on from step 9',
  ]);
});

test('what a study that has ended was at is shown as unfinished, whatever it last said itself', () => {
  const stages = [stage({ trials: [trial(1, { status: 'running', score: null })] }), pendingStage];
  expect(showText(progress({ status: 'running', stages }), 'terminated')).toMatch(
    /study digits is terminated[^]*which learning rate; unfinished\n[^]*001 {2}unfinished {2}-[^]*how good is it; not begun/,
  );
});

test('a study that passed to another planner says from which stage on', () => {
  const handovers = [{ stageId: 'final-train', plannerVersion: 3, before: 2 }];
  expect(showText(progress({ handovers }), 'running')).toContain(
    '\n\nfrom final-train on by planner version 3 (before: 2)\n\n',
  );
});

test('a study that waits for a person says for what, and what people changed', () => {
  const changes = [
    { what: 'setParallelTrials', detail: '4 at a time, before 2', at: '2026-01-02T03:04:05.678Z', by: 'ada' },
  ] as const;
  const paused = showText(progress({ status: 'paused', changes }), 'paused');
  expect(paused).toContain('\n\nthe study is paused; go on with: stepwell resume digits\n\n');
  expect(paused).toContain('changes\n  2026-01-02 03:04:05 UTC  setParallelTrials by ada: 4 at a time, before 2');
  const waiting = showText(
    progress({ status: 'waiting', stages: [stage({ status: 'waiting' }), pendingStage] }),
    'waiting',
  );
  expect(waiting).toContain(
    'lr-range-test waits for approval; give it with: stepwell approve digits\n\nlr-range-test: which learning rate; waits for approval',
  );
});
