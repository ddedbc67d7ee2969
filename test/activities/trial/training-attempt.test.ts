import { readFileSync, rmSync } from 'node:fs';
import { TrainerStalled } from '../../../activities/trial/attempt-end';
import { TrainerCrashed, TrainerFailed } from '../../../activities/trial/trainer-process';
import { FAILURES } from '../../../workflows/words/contract';
import { waitFor } from '../../support/wait-for';
import { faultyStore } from '../storage/faulty-store';
import type { FaultyStore } from '../storage/faulty-store';
import { checkpointFile, folder, HASH, manifestOf, resultOf, take } from '../ledger/trial-support';
import { reportOf, writeCheckpoint } from './fake-trainer';
import { runAttempt } from './running-attempt';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: FaultyStore;
beforeEach(() => {
  store = faultyStore();
});

const run = (options?: Parameters<typeof runAttempt>[1]) => runAttempt(store, options);

test('a trial from beginning to end leaves its result, and no receipt', async () => {
  const { trainer, progress, ended } = await run();
  const { job, events, end } = await trainer.training;
  expect(job).toMatchObject({
    resumeFrom: null,
    datasetFolder: '/datasets/d',
    checkpointEverySeconds: 60,
    checkpointEverySteps: 50,
  });
  events.progress({ type: 'progress', step: 5, stepsTotal: 100, epoch: 0, loss: 2, deviceSeconds: 0.5 });
  end(reportOf(job));
  const result = await ended;
  expect(result).toMatchObject({
    trialId: 'final-train/000',
    hash: HASH,
    outcome: { status: 'completed' },
    receipts: [],
    reused: false,
    worker: 'host/7',
    engine: 'test engine',
    weights: { bytes: 7 },
  });
  expect((await manifestOf(store)).result).toEqual(result);
  expect(progress).toEqual([
    { trialId: 'final-train/000', step: 5, stepsTotal: 100, epoch: 0, loss: 2, deviceSeconds: 0.5, checkpointStep: 0 },
  ]);
  expect(trainer.calls).toEqual(['train']);
});

test('the next attempt goes on from the newest checkpoint, with a receipt of what was lost', async () => {
  const first = await run();
  const { job, events, fail } = await first.trainer.training;
  events.checkpoint(writeCheckpoint(job, 50));
  events.progress({ type: 'progress', step: 63, stepsTotal: 100, epoch: 0, loss: 2, deviceSeconds: 6 });
  fail(new TrainerCrashed('killed', { how: 'by SIGKILL', killed: true, outOfMemory: false }));
  expect(await first.ended).toMatchObject({ name: 'TrainerCrashed' });
  const second = await run({ attempt: 2 });
  const again = await second.trainer.training;
  expect(readFileSync(again.job.resumeFrom ?? '', 'utf8')).toBe('state at 50');
  again.end(reportOf(again.job));
  expect(await second.ended).toMatchObject({
    receipts: [
      {
        cause: 'trainerKilled',
        attempt: 2,
        lastStep: 63,
        resumedAtStep: 50,
        stepsLost: 13,
        deviceSecondsLost: 1,
        worker: 'host/7',
      },
    ],
  });
});

test('weights that a model starts from are brought to a machine that begins the trial, not to one that goes on', async () => {
  const fetchWeights = async (): Promise<string> => '/weights/w.safetensors';
  const first = await run({ fetchWeights });
  const { job, events, fail } = await first.trainer.training;
  expect(job.initialWeights).toBe('/weights/w.safetensors');
  events.checkpoint(writeCheckpoint(job, 50));
  fail(new TrainerCrashed('killed', { how: 'by SIGKILL', killed: true, outOfMemory: false }));
  await first.ended;
  const second = await run({ attempt: 2, fetchWeights: () => Promise.reject(new Error('asked for weights')) });
  const again = await second.trainer.training;
  expect([again.job.initialWeights, readFileSync(again.job.resumeFrom ?? '', 'utf8')]).toEqual([null, 'state at 50']);
  again.end(reportOf(again.job));
  expect(await second.ended).toMatchObject({ outcome: { status: 'completed' } });
});

test('a damaged checkpoint is told, and the one before it taken', async () => {
  const ledger = await take(store);
  for (const step of [50, 100]) await ledger.commitCheckpoint(checkpointFile(step));
  await store.put(ledger.checkpoint?.key ?? '', Buffer.from('?'));
  const { trainer, problems, ended } = await run({ attempt: 2 });
  const { job, end } = await trainer.training;
  expect(readFileSync(job.resumeFrom ?? '', 'utf8')).toBe('checkpoint of step 50');
  expect(problems).toEqual([expect.stringContaining('step=100')]);
  end(reportOf(job));
  expect(await ended).toMatchObject({ receipts: [{ lastStep: 100, resumedAtStep: 50 }] });
});

test('a fresh trial whose trainer died begins anew, with a receipt', async () => {
  const first = await run({ trial: { process: 'fresh' } });
  const { events, fail } = await first.trainer.training;
  events.progress({ type: 'progress', step: 30, stepsTotal: 100, epoch: 0, loss: 2, deviceSeconds: 3 });
  fail(new TrainerCrashed('killed', { how: 'by SIGKILL', killed: true, outOfMemory: false }));
  await first.ended;
  const { trainer, ended } = await run({ attempt: 2, trial: { process: 'fresh' } });
  const { job, end } = await trainer.training;
  expect(job.resumeFrom).toBeNull();
  end(reportOf(job));
  expect(await ended).toMatchObject({
    receipts: [{ cause: 'trainerKilled', lastStep: 30, resumedAtStep: 0, stepsLost: 30 }],
  });
});

test('a trainer that stalls is killed, not asked, and the stall is what is thrown', async () => {
  const { trainer, ending, ended } = await run();
  await trainer.training;
  const stall = new TrainerStalled('trainer made no progress for 61 s', 61);
  ending.abort(stall);
  expect(await ended).toBe(stall);
  expect(trainer.calls).toEqual(['train', 'kill']);
  expect((await manifestOf(store)).death).toMatchObject({ cause: 'trainerStalled', deviceSeconds: 61 });
});

test('a trial that another attempt takes ends this one: the trainer is killed and nothing is written', async () => {
  const { trainer, ended } = await run();
  const { job, events } = await trainer.training;
  await take(store, { attempt: 2 });
  const manifest = await manifestOf(store);
  events.checkpoint(writeCheckpoint(job, 50));
  expect(await ended).toMatchObject({ name: 'Fenced' });
  expect(trainer.calls).toContain('kill');
  expect(await manifestOf(store)).toEqual(manifest);
});

test('an error that cannot be written down is thrown as it is', async () => {
  const { trainer, ended } = await run();
  const { fail } = await trainer.training;
  store.faults.push({ operation: 'put', key: '', fault: 'unavailable' });
  const error = new TrainerFailed(FAILURES.modelInvalid, 'no such layer', 'stack');
  fail(error);
  expect(await ended).toBe(error);
});

test('an error of the data set ends the attempt and lets the trial go', async () => {
  const corrupt = Object.assign(new Error('corrupt'), { name: 'DatasetCorrupt' });
  const { trainer, ended } = await run({ fetchDataset: () => Promise.reject(corrupt) });
  expect(await ended).toBe(corrupt);
  expect(trainer.calls).toEqual([]);
  expect((await manifestOf(store)).death).toMatchObject({ cause: 'unknown' });
});

test('the same failure in two attempts stops the trial for good', async () => {
  const names: string[] = [];
  for (const attempt of [1, 2]) {
    const { trainer, ended } = await run({ attempt });
    (await trainer.training).fail(new TrainerFailed(FAILURES.trainerCrashed, 'bad shape', 'stack'));
    names.push(((await ended) as Error).name);
  }
  expect(names).toEqual(['TrainerCrashed', 'TrainerBroken']);
});

test('a rung whose trainer the kernel kills for memory is a finding, and no final one', async () => {
  const { trainer, ended } = await run({ trial: { process: 'fresh' } });
  (await trainer.training).fail(new TrainerCrashed('killed', { how: 'by SIGKILL', killed: true, outOfMemory: true }));
  expect(await ended).toMatchObject({ outcome: { status: 'outOfMemory', where: 'host' }, weights: null });
  expect((await manifestOf(store)).result).toBeNull();
});

test('a trainer that has trained is given back before the result is stored', async () => {
  const { trainer, given, ended } = await run();
  const { job, end } = await trainer.training;
  store.faults.push({ operation: 'put', key: 'weights-', fault: 'unavailable', times: 1 });
  expect(given.count).toBe(0);
  end(reportOf(job));
  await waitFor('the first try to store failed', () => (store.faults.length === 0 ? true : undefined));
  expect(given.count).toBe(1);
  expect(await ended).toMatchObject({ outcome: { status: 'completed' } });
});

test('a store that is away when the training ends is waited for', async () => {
  const { trainer, ended } = await run();
  const { job, end } = await trainer.training;
  store.faults.push({ operation: 'put', key: 'weights-', fault: 'unavailable', times: 1 });
  end(reportOf(job, resultOf().outcome));
  expect(await ended).toMatchObject({ weights: { bytes: 7 } });
});

test('a trainer that serves many trials is left without listeners of the past ones', async () => {
  const { trainer, ending, ended } = await run();
  const { job, end } = await trainer.training;
  end(reportOf(job));
  await ended;
  ending.abort(new TrainerStalled('late', 61));
  await waitFor('the abort is past', () => true);
  expect(trainer.calls).toEqual(['train']);
});
