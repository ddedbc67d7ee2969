import { existsSync, rmSync } from 'node:fs';
import { CheckpointUploads } from '../../../activities/trial/checkpoint-uploads';
import { waitFor } from '../../support/wait-for';
import { faultyStore } from '../storage/faulty-store';
import type { FaultyStore } from '../storage/faulty-store';
import { checkpointFile, folder, manifestOf, take } from '../ledger/trial-support';

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => jest.restoreAllMocks());

async function start(store: FaultyStore = faultyStore()) {
  const ledger = await take(store);
  const ending = new AbortController();
  const cutOff = new AbortController();
  const seen = { moved: 0, lost: [] as unknown[] };
  const uploads = new CheckpointUploads(
    ledger,
    {
      onMoved: () => {
        seen.moved += 1;
      },
      onLost: (reason) => seen.lost.push(reason),
    },
    ending.signal,
    cutOff.signal,
  );
  return { store, ledger, ending, cutOff, seen, uploads };
}

const stepsIn = async (store: FaultyStore): Promise<readonly number[]> =>
  (await manifestOf(store)).checkpoints.map(({ step }) => step);

test('a checkpoint that is added is committed, and its local file gone', async () => {
  const { store, uploads, seen } = await start();
  const file = checkpointFile(100);
  expect(uploads.committedStep).toBe(0);
  uploads.add(file);
  await uploads.drained();
  expect(await stepsIn(store)).toEqual([100]);
  expect(uploads.committedStep).toBe(100);
  expect(seen).toEqual({ moved: expect.any(Number), lost: [] });
  expect(seen.moved).toBeGreaterThan(0);
  expect(existsSync(file.path)).toBe(false);
});

test('while one is under way only the newest waits', async () => {
  const { store, uploads } = await start();
  const files = [100, 200, 300, 400].map((step) => checkpointFile(step));
  for (const file of files) uploads.add(file);
  await uploads.drained();
  expect(await stepsIn(store)).toEqual([100, 400]);
});

test('a store that is away for a while costs nothing but time', async () => {
  const { store, uploads, seen } = await start();
  store.faults.push(
    { operation: 'put', key: '/checkpoints/', fault: 'unavailable', times: 1 },
    { operation: 'put', key: 'manifest', fault: 'lost', times: 1 },
  );
  uploads.add(checkpointFile(100));
  await uploads.drained();
  expect(await stepsIn(store)).toEqual([100]);
  expect(seen.lost).toEqual([]);
});

test('a store that stays away for five minutes ends the uploads, and is told once', async () => {
  const { store, uploads, seen } = await start();
  let seconds = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (seconds += 151) * 1000);
  store.faults.push({ operation: 'put', key: '', fault: 'unavailable' });
  uploads.add(checkpointFile(100));
  await expect(uploads.drained()).rejects.toMatchObject({ name: 'StorageUnavailable' });
  uploads.add(checkpointFile(200));
  await uploads.settled();
  expect(seen.lost).toEqual([expect.objectContaining({ name: 'StorageUnavailable' })]);
});

test('once the attempt ends no failed upload is tried again', async () => {
  const { store, uploads, ending, seen } = await start();
  store.faults.push({ operation: 'put', key: '', fault: 'unavailable' });
  ending.abort(new Error('stopped'));
  uploads.add(checkpointFile(100));
  await expect(uploads.drained()).rejects.toMatchObject({ name: 'StorageUnavailable' });
  expect(seen.moved).toBe(0);
});

test('an end that comes while a retry is waited for lets one more try pass, at once', async () => {
  const { store, uploads, ending } = await start();
  store.faults.push({ operation: 'put', key: '/checkpoints/', fault: 'unavailable', times: 1 });
  uploads.add(checkpointFile(100));
  await waitFor('the first try failed', () => (store.faults.length === 0 ? true : undefined));
  ending.abort(new Error('stopped'));
  await uploads.drained();
  expect(await stepsIn(store)).toEqual([100]);
});

test('an upload that is cut off is waited for no more', async () => {
  const { store, uploads, cutOff } = await start();
  store.putFile = () => new Promise(() => undefined);
  uploads.add(checkpointFile(100));
  const drained = uploads.drained();
  const stall = new Error('nothing moved');
  cutOff.abort(stall);
  await expect(drained).rejects.toBe(stall);
  await uploads.settled();
});

test('a training with a result waits for no checkpoint: one under way is ended, one that waits is not begun', async () => {
  const { store, ledger, uploads, seen } = await start();
  const begun: string[] = [];
  store.putFile = async (key, _source, { signal } = {}) => {
    begun.push(key);
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };
  const files = [100, 200].map((step) => checkpointFile(step));
  for (const file of files) uploads.add(file);
  await waitFor('the first upload began', () => (begun.length > 0 ? true : undefined));
  await uploads.abandon();
  expect(begun).toHaveLength(1);
  expect([await stepsIn(store), seen.lost, ledger.checkpoint]).toEqual([[], [], null]);
  await waitFor('the one that waited is gone', () => (existsSync(files[1]!.path) ? undefined : true));
});

test('a trial that another attempt has taken ends the uploads, and nothing of this one is kept', async () => {
  const { store, uploads, seen } = await start();
  await take(store, { attempt: 2 });
  uploads.add(checkpointFile(100));
  await expect(uploads.drained()).rejects.toMatchObject({ name: 'Fenced' });
  expect(seen.lost).toEqual([expect.objectContaining({ name: 'Fenced' })]);
  expect(await stepsIn(store)).toEqual([]);
});

describe('between checkpoints', () => {
  const later = (seconds: number): void => {
    const now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => now + seconds * 1000);
  };

  test('the trial is renewed after fifteen seconds, and not before', async () => {
    const { store, ledger, uploads } = await start();
    const { revision } = await manifestOf(store);
    uploads.keepAlive();
    later(16);
    uploads.keepAlive();
    uploads.keepAlive();
    // Writes are in order, so this one comes after any that was asked for.
    await ledger.noteDeath({ cause: 'unknown', step: 0, deviceSeconds: 0 });
    expect((await manifestOf(store)).revision).toBe(revision + 2);
  });

  test('a renewal that finds the trial taken is told, without waiting for a checkpoint', async () => {
    const { store, uploads, seen } = await start();
    await take(store, { attempt: 2 });
    later(16);
    uploads.keepAlive();
    await new Promise(setImmediate);
    expect(seen.lost).toEqual([expect.objectContaining({ name: 'Fenced' })]);
  });

  test('a renewal that the store did not take is no trouble', async () => {
    const { store, uploads, seen } = await start();
    store.faults.push({ operation: 'put', key: 'manifest', fault: 'unavailable', times: 1 });
    later(16);
    uploads.keepAlive();
    await new Promise(setImmediate);
    expect(seen.lost).toEqual([]);
    uploads.add(checkpointFile(100));
    await uploads.drained();
  });
});
