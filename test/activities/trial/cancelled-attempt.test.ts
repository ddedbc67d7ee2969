import { rmSync } from 'node:fs';
import { TrainingAttempt } from '../../../activities/trial/training-attempt';
import { faultyStore } from '../storage/faulty-store';
import type { FaultyStore } from '../storage/faulty-store';
import { folder, HASH, manifestOf, take } from '../ledger/trial-support';
import { FakeTrainer, reportOf, writeCheckpoint } from './fake-trainer';
import { runAttempt, UNWATCHED } from './running-attempt';
import { trialInput } from './trial-input';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cancelled = (): Error => Object.assign(new Error('WORKER_SHUTDOWN'), { name: 'CancelledFailure' });

let store: FaultyStore;
beforeEach(() => {
  store = faultyStore();
});

const run = (options?: Parameters<typeof runAttempt>[1]) => runAttempt(store, options);

describe('when the attempt is cancelled', () => {
  test('the trainer is asked to stop, its last checkpoint is committed, and the reason thrown', async () => {
    const { trainer, ending, ended } = await run();
    const { job, events, end } = await trainer.training;
    ending.abort(cancelled());
    events.checkpoint(writeCheckpoint(job, 64));
    end('stopped');
    expect(await ended).toBe(ending.signal.reason);
    expect(trainer.calls).toEqual(['train', 'stop']);
    expect(await manifestOf(store)).toMatchObject({
      checkpoints: [{ step: 64 }],
      death: { cause: 'workerStopped', step: 64, deviceSeconds: 6.4 },
    });
  });

  test('before it has begun, nothing is trained', async () => {
    const ledger = await take(store);
    const trainer = new FakeTrainer();
    const ending = new AbortController();
    ending.abort(cancelled());
    const attempt = new TrainingAttempt({
      input: trialInput(),
      hash: HASH,
      trainer,
      ledger,
      fetchDataset: async () => '/d',
      liveness: UNWATCHED,
      stopSeconds: 25,
      onTrained: () => undefined,
      scratchFolder: folder,
      fetchModel: async () => null,
      fetchWeights: async () => null,
      heartbeat: undefined,
      attempt: 1,
      ending,
      onProgress: () => undefined,
      warn: () => undefined,
    });
    await expect(attempt.run()).rejects.toBe(ending.signal.reason);
    expect(trainer.calls).toEqual([]);
  });

  test('while the data set is fetched, it ends at once and lets the trial go, whatever comes of the data set', async () => {
    let fail: (error: Error) => void = () => undefined;
    const fetching = new Promise<string>((_resolve, reject) => {
      fail = reject;
    });
    let fetchBegun: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      fetchBegun = resolve;
    });
    const { trainer, ending, ended } = await run({
      fetchDataset: async () => {
        fetchBegun();
        return fetching;
      },
    });
    await begun;
    ending.abort(cancelled());
    expect(await ended).toBe(ending.signal.reason);
    fail(new Error('the download broke off later'));
    expect(trainer.calls).toEqual([]);
    expect((await manifestOf(store)).death).toMatchObject({ cause: 'workerStopped' });
  });

  test('a fresh trial stops like any other, and leaves no checkpoint', async () => {
    const { trainer, ending, ended } = await run({ trial: { process: 'fresh' } });
    const { job, events, end } = await trainer.training;
    events.checkpoint(writeCheckpoint(job, 50));
    ending.abort(cancelled());
    end('stopped');
    expect(await ended).toBe(ending.signal.reason);
    expect((await manifestOf(store)).checkpoints).toEqual([]);
  });

  test('a store too slow for a stopping worker is waited for no longer than the worker has', async () => {
    const { trainer, ending, ended } = await run();
    const { job, events, end } = await trainer.training;
    store.put = async (key, ...of) =>
      key.includes('/checkpoints/') ? new Promise(() => undefined) : faultyPut(key, ...of);
    const faultyPut = faultyStore().put;
    jest.useFakeTimers();
    ending.abort(cancelled());
    events.checkpoint(writeCheckpoint(job, 64));
    end('stopped');
    await jest.advanceTimersByTimeAsync(25_000);
    jest.useRealTimers();
    expect(await ended).toBe(ending.signal.reason);
  });

  test('a trial that ends all the same is a result', async () => {
    const { trainer, ending, ended } = await run();
    const { job, end } = await trainer.training;
    ending.abort(cancelled());
    end(reportOf(job));
    expect(await ended).toMatchObject({ outcome: { status: 'completed' } });
  });
});
