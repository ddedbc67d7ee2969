/** Real trainings that pause and go on, in processes and on workers other than those that they began on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pinDataset } from '../../../activities/datasets/packed/pin';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { createRunTrial } from '../../../activities/trial/run-trial';
import { TrainerPool } from '../../../activities/trial/trainer-pool';
import type { PinnedDataset } from '../../../workflows/words/study';
import type { Measurement, TrialResult } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { quietEnvironment } from '../../support/activity-environment';
import { withoutTimes } from '../../support/trainer';
import { trialInput } from './trial-input';
import { compiledFile } from '../../support/compiled';

const DIGITS = path.resolve(__dirname, '../../../examples/data/digits');
const EPOCHS = 5;

/** Dropout, augmentation, a schedule that looks at results and early stopping: everything that a pause might lose. */
const TRIAL: Partial<TrialSpec> = {
  hparams: { learningRate: 3e-3, batchSize: 64, dropoutRate: 0.3, shift: 0.1, mixup: 0.2, weightDecay: 1e-3 },
  seed: 11,
  schedule: { name: 'plateau', factor: 0.5, patience: 0, minFactor: 0.01, warmupSteps: 5 },
  limit: { epochs: EPOCHS },
  stop: { patience: 4, dead: true },
  evaluate: { validation: 'epoch', test: true },
  record: { stepLosses: true },
};

let folder: string;
let dataset: PinnedDataset;
let workers: readonly TrainerPool[];
let store: ObjectStore;

/** A store with the data set in it and no trial yet. */
async function freshStore(): Promise<ObjectStore> {
  const fresh = memoryStore();
  dataset = await pinDataset(
    { store: fresh, fileRoots: [DIGITS] },
    { format: 'idx', uri: pathToFileURL(DIGITS).href, validationFraction: 0.2 },
    17,
    { onProgress: () => undefined },
  );
  return fresh;
}

/** A segment as one of two workers runs it, each with a trainer process and a disk of its own. */
async function run(
  worker: 0 | 1,
  trial: Partial<TrialSpec>,
  on: ObjectStore = store,
  workflowId = 'study/one',
): Promise<TrialResult> {
  const runTrial = createRunTrial({
    store: on,
    trainers: workers[worker]!,
    cacheFolder: path.join(folder, `worker-${worker}`),
  });
  const input = trialInput({ dataset, checkpointEverySteps: 1000 }, { ...TRIAL, ...trial });
  const environment = quietEnvironment({
    activityId: input.trial.trialId,
    workflowExecution: { workflowId, runId: workflowId },
  });
  return (await environment.run(runTrial, input)) as TrialResult;
}

function measurementOf({ outcome }: TrialResult): Measurement {
  if (!('measurement' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.measurement;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-pause-'));
  workers = [0, 1].map(
    () =>
      new TrainerPool(1, () => ({
        entry: compiledFile('activities/training/main.js'),
        environment: { STEPWELL_TRAINER_THREADS: '1', CUDA_VISIBLE_DEVICES: '-1' },
      })),
  );
  store = await freshStore();
});

afterAll(async () => {
  await Promise.all(workers.map((pool) => pool.close()));
  rmSync(folder, { recursive: true, force: true });
});

test('a training in three segments on two workers ends in the bits and the measurement of one that never paused', async () => {
  const whole = await run(0, { trialId: 'sweep/000' }, await freshStore());
  const first = await run(0, { trialId: 'sweep/001', pauseAfterEpochs: 1 });
  const second = await run(1, { trialId: 'sweep/001.2', continues: 'sweep/001', pauseAfterEpochs: 3 });
  const last = await run(0, { trialId: 'sweep/001.3', continues: 'sweep/001.2' });

  expect([first, second, last, whole].map(({ outcome }) => outcome.status)).toEqual([
    'paused',
    'paused',
    'completed',
    'completed',
  ]);
  expect([first, second].map((result) => measurementOf(result).curve.map(({ epoch }) => epoch))).toEqual([
    [1],
    [1, 2, 3],
  ]);
  expect(withoutTimes(measurementOf(last))).toEqual(withoutTimes(measurementOf(whole)));
  expect(last.weights?.sha256).toBe(whole.weights?.sha256);
  expect(last.hash).toBe(whole.hash);
  [first, second, last].forEach(({ receipts, reused }) => expect([receipts, reused]).toEqual([[], false]));
  expect(second.worker).not.toBe(first.worker);
  const seconds = [first, second, last].map((result) => measurementOf(result).deviceSeconds);
  expect([...seconds].sort((a, b) => a - b)).toEqual(seconds);
  // What a paused trial keeps of its weights lies in its checkpoint.
  expect([first.weights, second.weights]).toEqual([null, null]);
});

test('a segment that asks for less than the store has gets what is there, trains nothing and costs nothing', async () => {
  const seed = 12;
  const far = await run(0, { trialId: 'sweep/002', seed, pauseAfterEpochs: 2 });
  const near = await run(1, { trialId: 'sweep/007', seed, pauseAfterEpochs: 1 }, store, 'study/two');
  expect(near).toMatchObject({ trialId: 'sweep/007', outcome: { status: 'paused' }, reused: true, receipts: [] });
  expect(withoutTimes(measurementOf(near))).toEqual(withoutTimes(measurementOf(far)));
  const finished = await run(1, { trialId: 'sweep/002.2', seed, continues: 'sweep/002' });
  expect(
    await run(0, { trialId: 'sweep/007.2', seed, continues: 'sweep/007', pauseAfterEpochs: 2 }, store, 'study/two'),
  ).toEqual({ ...finished, trialId: 'sweep/007.2', reused: true, asked: expect.any(String) });
});

test('a pause at the last epoch is none, and a training that stops early stops before its pause', async () => {
  const short = { limit: { epochs: 2 }, seed: 13 };
  expect(await run(0, { ...short, trialId: 'sweep/003', pauseAfterEpochs: 2 })).toMatchObject({
    outcome: { status: 'completed' },
    weights: expect.anything(),
  });
  expect(
    await run(0, { trialId: 'sweep/004', seed: 14, stop: { patience: 1, minDelta: 10 }, pauseAfterEpochs: 4 }),
  ).toMatchObject({ outcome: { status: 'earlyStopped' } });
});
