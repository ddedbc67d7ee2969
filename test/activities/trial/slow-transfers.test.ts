/**
 * Attempts whose transfers take longer than anything else that a trial does, on a clock of the test's own.
 */
import { rmSync } from 'node:fs';
import { StorageUnavailable } from '../../../activities/storage/object-store';
import { Liveness, TRANSFER_STALL_SECONDS } from '../../../activities/trial/liveness';
import { faultyStore } from '../storage/faulty-store';
import type { FaultyStore } from '../storage/faulty-store';
import { folder, manifestOf } from '../ledger/trial-support';
import { reportOf, writeCheckpoint } from './fake-trainer';
import { runAttempt } from './running-attempt';
import type { RunningAttempt } from './running-attempt';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A store that keeps what is put under some keys waiting. */
function slowStore(keys: string) {
  const store = faultyStore();
  const { putFile } = store;
  let begin: (release: () => void) => void = () => undefined;
  const begun = new Promise<() => void>((resolve) => {
    begin = resolve;
  });
  store.putFile = async (key, source, options) => {
    if (key.includes(keys)) await new Promise<void>((release) => begin(release));
    return putFile(key, source, options);
  };
  return { store, begun };
}

interface Watched extends RunningAttempt {
  readonly beats: { count: number };
  readonly pass: (seconds: number) => void;
  readonly liveness: Liveness;
}

/** As `runTrial` watches an attempt. */
async function watch(store: FaultyStore): Promise<Watched> {
  const beats = { count: 0 };
  let seconds = 0;
  let onStall = (): void => undefined;
  const liveness = new Liveness({
    heartbeat: () => {
      beats.count += 1;
    },
    heartbeatEverySeconds: 1_000_000,
    onStall: () => onStall(),
    now: () => seconds * 1000,
  });
  const running = await runAttempt(store, { liveness });
  onStall = () => running.attempt.cutOff(new StorageUnavailable('nothing moved'));
  const pass = (passed: number): void => {
    seconds += passed;
    liveness.check();
  };
  void running.ended.then(() => liveness.end());
  return { ...running, beats, pass, liveness };
}

test('a last upload of any length ends in a result, and beats all the while', async () => {
  const { store, begun } = slowStore('/weights-');
  const { trainer, pass, beats, ended } = await watch(store);
  const { job, events, end } = await trainer.training;
  events.progress({ type: 'progress', step: 5, stepsTotal: 100, epoch: 0, loss: 2, deviceSeconds: 0.5 });
  end(reportOf(job));
  const release = await begun;
  const before = beats.count;
  for (let minute = 0; minute < 30; minute++) pass(60);
  expect(beats.count - before).toBe(30);
  release();
  expect(await ended).toMatchObject({ outcome: { status: 'completed' } });
});

test('a last upload that moves nothing ends the attempt, which beats until then', async () => {
  const { store, begun } = slowStore('/weights-');
  const { trainer, pass, beats, ended } = await watch(store);
  const { job, end } = await trainer.training;
  end(reportOf(job));
  await begun;
  const before = beats.count;
  pass(TRANSFER_STALL_SECONDS + 1);
  pass(12);
  expect(beats.count - before).toBe(2);
  expect(await ended).toMatchObject({ name: 'StorageUnavailable' });
  expect((await manifestOf(store)).death).toMatchObject({ cause: 'storage' });
});

test('the last checkpoint of a trainer that died is waited for, however slow the store', async () => {
  const { store, begun } = slowStore('/checkpoints/');
  const { trainer, pass, ended } = await watch(store);
  const { job, events } = await trainer.training;
  events.checkpoint(writeCheckpoint(job, 50));
  const release = await begun;
  trainer.kill();
  await new Promise(setImmediate);
  for (let minute = 0; minute < 10; minute++) pass(60);
  release();
  expect(await ended).toMatchObject({ name: 'TrainerCrashed' });
  expect(await manifestOf(store)).toMatchObject({ checkpoints: [{ step: 50 }], death: { cause: 'trainerKilled' } });
});

test('a checkpoint that hangs while the attempt stops in order ends it all the same', async () => {
  const { store, begun } = slowStore('/checkpoints/');
  const { trainer, ending, pass, ended } = await watch(store);
  const { job, events, end } = await trainer.training;
  ending.abort(Object.assign(new Error('CANCELLED'), { name: 'CancelledFailure' }));
  events.checkpoint(writeCheckpoint(job, 50));
  end('stopped');
  await begun;
  pass(TRANSFER_STALL_SECONDS + 1);
  expect(await ended).toBe(ending.signal.reason);
  expect((await manifestOf(store)).death).toMatchObject({ cause: 'takenBack' });
});
