import { rmSync } from 'node:fs';
import { openTrial } from '../../../activities/ledger/open-trial';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { manifestKey } from '../../../activities/ledger/manifest';
import { faultyStore } from '../storage/faulty-store';
import {
  ageManifest,
  checkpointFile,
  folder,
  HASH,
  keysOf,
  localFile,
  manifestOf,
  ownerOf,
  resultOf,
  take,
} from './trial-support';

const FILES = { weightsPath: null, modelFolder: null };
const elsewhere = { workflowId: 'study/other', runId: 'run-9' };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});

test('a trial that nobody worked on has no checkpoint, no receipt and no previous attempt', async () => {
  const ledger = await take(store);
  expect(ledger).toMatchObject({ checkpoint: null, receipts: [], previous: null, previousError: undefined });
});

test('a trial that nobody worked on is taken by one request, and one that others hold is read after it', async () => {
  const requests: string[] = [];
  const counted: ObjectStore = {
    ...store,
    put: (...args) => (requests.push('put'), store.put(...args)),
    get: (...args) => (requests.push('get'), store.get(...args)),
  };
  await take(counted);
  expect(requests.splice(0)).toEqual(['put']);
  await expect(take(counted, elsewhere)).rejects.toMatchObject({ name: 'TrialBusy' });
  expect(requests.splice(0)).toEqual(['put', 'get']);
  await take(counted, { attempt: 2 });
  expect(requests).toEqual(['get', 'put']);
});

test('a later attempt of the same activity takes the trial at once, with what the earlier one committed', async () => {
  await (await take(store)).commitCheckpoint(checkpointFile(100));
  const ledger = await take(store, { attempt: 2 });
  expect(ledger.checkpoint).toMatchObject({ step: 100, deviceSeconds: 10 });
  expect(ledger.previous).toMatchObject({ owner: { attempt: 1 }, death: null, step: 100, deviceSeconds: 10 });
});

test('an old owner is fenced by a takeover: its commit throws and changes nothing', async () => {
  const old = await take(store);
  await old.commitCheckpoint(checkpointFile(100));
  await take(store, { attempt: 2 });
  const [manifest, keys] = [await manifestOf(store), await keysOf(store)];
  await expect(old.commitCheckpoint(checkpointFile(200))).rejects.toMatchObject({ name: 'Fenced' });
  expect(await manifestOf(store)).toEqual(manifest);
  expect(await keysOf(store)).toEqual(keys);
});

test('every other write of a fenced owner throws too, and its result is not kept', async () => {
  const old = await take(store);
  await take(store, { attempt: 2, worker: 'host/2' });
  const manifest = await manifestOf(store);
  const receipt = {
    trialId: 'x',
    cause: 'workerLost',
    attempt: 1,
    lastStep: 1,
    resumedAtStep: 0,
    stepsLost: 1,
    deviceSecondsLost: 0,
    worker: 'w',
  } as const;
  for (const write of [
    () => old.renew(),
    () => old.addReceipt(receipt),
    () => old.noteDeath({ cause: 'unknown', step: 1, deviceSeconds: 0.1 }),
    () => old.finish(resultOf(), FILES),
  ]) {
    await expect(write()).rejects.toMatchObject({
      name: 'Fenced',
      message: expect.stringMatching(/held by another attempt now .*attempt=2, worker=host\/2/),
    });
  }
  expect(await manifestOf(store)).toEqual(manifest);
});

test('of attempts that take one trial at the same time, exactly one can write afterwards', async () => {
  await take(store);
  const ledgers = await Promise.all([2, 3, 4, 5].map((attempt) => take(store, { attempt }).catch(() => undefined)));
  const commits = await Promise.allSettled(
    ledgers.flatMap((ledger) => (ledger === undefined ? [] : [ledger.commitCheckpoint(checkpointFile(100))])),
  );
  expect(commits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await manifestOf(store)).checkpoints).toHaveLength(1);
});

test('another activity with the same content is told that the trial is busy, by whom and since when', async () => {
  const held = await take(store);
  await expect(take(store, elsewhere)).rejects.toMatchObject({
    name: 'TrialBusy',
    message: expect.stringMatching(
      /being trained elsewhere \[key=trials\/a+\/manifest.json, workflow=study\/digits, worker=host\/1, secondsSinceLastWrite=0\]/,
    ),
  });
  await held.commitCheckpoint(checkpointFile(100));
});

test('another activity takes the trial when its owner has left word that it ended', async () => {
  const held = await take(store);
  await held.commitCheckpoint(checkpointFile(100));
  await held.noteDeath({ cause: 'workerStopped', step: 100, deviceSeconds: 10 });
  const ledger = await take(store, elsewhere);
  expect(ledger.previous).toMatchObject({ death: { cause: 'workerStopped', step: 100 } });
  expect((await manifestOf(store)).death).toBeNull();
});

test('another activity takes the trial when its owner has not written for a minute, and not before', async () => {
  await take(store);
  await ageManifest(store, 50);
  await expect(take(store, elsewhere)).rejects.toMatchObject({ name: 'TrialBusy' });
  await ageManifest(store, 11);
  await take(store, elsewhere);
  expect((await manifestOf(store)).owner.workflowId).toBe('study/other');
});

test('an owner that renews keeps the trial', async () => {
  const held = await take(store);
  const before = (await manifestOf(store)).revision;
  await held.renew();
  expect((await manifestOf(store)).revision).toBe(before + 1);
  await expect(take(store, elsewhere)).rejects.toMatchObject({ name: 'TrialBusy' });
});

test('a fenced activity does not take the trial back from a live owner, and finds its result in the end', async () => {
  const first = await take(store);
  await ageManifest(store, 61);
  const second = await take(store, elsewhere);
  await expect(first.renew()).rejects.toMatchObject({ name: 'Fenced' });
  await expect(take(store, { attempt: 2 })).rejects.toMatchObject({ name: 'TrialBusy' });
  await second.finish(resultOf(), FILES);
  expect(await openTrial(store, { hash: HASH, owner: ownerOf({ attempt: 3 }) })).toMatchObject({
    finished: { reused: true },
  });
});

test('an earlier attempt that comes late does not take the trial from a later one', async () => {
  await take(store, { attempt: 3 });
  await expect(take(store, { attempt: 2 })).rejects.toMatchObject({ name: 'TrialBusy' });
});

test('a finished trial is final: every owner finds the result, and nobody works on it again', async () => {
  const ledger = await take(store);
  const receipt = {
    trialId: 'final-train/000',
    cause: 'workerLost',
    attempt: 1,
    lastStep: 1,
    resumedAtStep: 0,
    stepsLost: 1,
    deviceSecondsLost: 0,
    worker: 'w',
  } as const;
  await ledger.addReceipt(receipt);
  const finished = await ledger.finish(resultOf({ receipts: ledger.receipts }), {
    ...FILES,
    weightsPath: localFile('weights.safetensors', 'w'),
  });
  const manifest = await manifestOf(store);
  await ledger.noteDeath({ cause: 'unknown', step: 1, deviceSeconds: 0.1 });
  await ledger.renew();
  expect(await manifestOf(store)).toEqual(manifest);
  // Its own retry, whose worker died before it could answer, gets it as it was; another study gets it without what it
  // cost.
  expect(await openTrial(store, { hash: HASH, owner: ownerOf({ attempt: 2 }) })).toEqual({ finished });
  expect(await openTrial(store, { hash: HASH, owner: ownerOf(elsewhere) })).toEqual({
    finished: { ...finished, reused: true, receipts: [] },
  });
});

test('a takeover whose answer is lost is a takeover', async () => {
  const faulty = faultyStore();
  await (await take(faulty)).noteDeath({ cause: 'trainerKilled', step: 7, deviceSeconds: 0.7 });
  const owner = ownerOf({ attempt: 2 });
  // The client of the store tries a put again by itself: the second try finds the first one's bytes, and the condition
  // gone.
  const { put } = faulty;
  const retrying: ObjectStore = {
    ...faulty,
    put: async (key, bytes, condition) => {
      await put(key, bytes, condition);
      return put(key, bytes, condition);
    },
  };
  const opened = await openTrial(retrying, { hash: HASH, owner });
  expect(opened).toMatchObject({ previous: { death: { cause: 'trainerKilled', step: 7 } } });
  expect((await manifestOf(faulty)).owner).toEqual(owner);
});

test.each([
  ['something else', 'not json at all'],
  ['a later format', JSON.stringify({ format: 'stepwell-trial/2', hash: HASH })],
  ['an array', '[]'],
])('a manifest that is %s is refused with its key and what to do', async (_what, text) => {
  await store.put(manifestKey(HASH), Buffer.from(text));
  await expect(take(store)).rejects.toMatchObject({
    name: 'StorageDenied',
    message: expect.stringMatching(
      /^trial manifest must be one that this version of Stepwell wrote \[key=trials\/a+\/manifest.json\]: .+; delete trials\/a+\/, or set STEPWELL_PREFIX$/,
    ),
  });
  expect(Buffer.from((await store.get(manifestKey(HASH)))?.bytes ?? []).toString()).toBe(text);
});

test('the manifest of another trial under this key is refused', async () => {
  await take(store);
  const other = 'b'.repeat(64);
  await store.put(manifestKey(other), (await store.get(manifestKey(HASH)))?.bytes ?? new Uint8Array());
  await expect(openTrial(store, { hash: other, owner: ownerOf() })).rejects.toMatchObject({ name: 'StorageDenied' });
});

describe('a finished trial', () => {
  const run = { workflowId: 'study/digits', studyRun: 'run' };

  async function finished(): Promise<void> {
    await (await take(store, run)).finish(resultOf({ receipts: [] }), FILES);
  }

  test('found by a study of another run is reused, and its manifest names the study, once', async () => {
    await finished();
    for (const studyRun of ['second run', 'third run', 'third run']) {
      expect(
        await openTrial(store, { hash: HASH, owner: ownerOf({ workflowId: 'study/other', studyRun }) }),
      ).toMatchObject({ finished: { reused: true } });
    }
    expect((await manifestOf(store)).users).toEqual([{ workflowId: 'study/other', studyRun: 'third run' }]);
  });

  test('found by the recovery of the study that trained it is its own, and the manifest stays as it is', async () => {
    await finished();
    const before = await manifestOf(store);
    expect(await openTrial(store, { hash: HASH, owner: ownerOf({ ...run, runId: 'run-2' }) })).toMatchObject({
      finished: { reused: false },
    });
    expect(
      await openTrial(store, {
        hash: HASH,
        owner: ownerOf({ ...run, runId: 'run-2', activityId: 'final-train/000.2' }),
      }),
    ).toMatchObject({ finished: { reused: false } });
    expect(
      await openTrial(store, { hash: HASH, owner: ownerOf({ ...run, runId: 'run-2', activityId: 'final-train/001' }) }),
    ).toMatchObject({ finished: { reused: true } });
    expect((await manifestOf(store)).result).toEqual(before.result);
  });

  test('whose manifest has changed in the store without becoming unreadable is refused', async () => {
    await finished();
    const text = Buffer.from((await store.get(manifestKey(HASH)))!.bytes).toString();
    await store.put(manifestKey(HASH), Buffer.from(text.replace('"peakBytes":1', '"peakBytes":2')));
    await expect(take(store)).rejects.toMatchObject({
      name: 'StorageDenied',
      message: expect.stringContaining('its content is not what was written'),
    });
  });
});
