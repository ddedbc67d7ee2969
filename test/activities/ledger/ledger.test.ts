import { readFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore, PendingUpload } from '../../../activities/storage/object-store';
import { withCheckpoint } from '../../../activities/ledger/ledger';
import type { CommittedCheckpoint } from '../../../activities/ledger/manifest';
import { faultyStore } from '../storage/faulty-store';
import { checkpointFile, folder, HASH, keysOf, localFile, manifestOf, resultOf, take } from './trial-support';

const NO_FILES = { weightsPath: null, modelFolder: null };
const RESUME = path.join(folder, 'resume.safetensors');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});

const ignore = (): void => undefined;

describe('checkpoints', () => {
  test('a committed checkpoint comes back byte by byte, with all that is known of it', async () => {
    const ledger = await take(store);
    await ledger.commitCheckpoint(checkpointFile(400, { best: true, content: 'all the weights' }));
    const restored = await (await take(store, { attempt: 2 })).restore(RESUME, ignore);
    expect(restored).toMatchObject({ path: RESUME, step: 400, epoch: 4, best: true, deviceSeconds: 40, bytes: 15 });
    expect(readFileSync(RESUME, 'utf8')).toBe('all the weights');
  });

  test('a trial without checkpoints restores nothing', async () => {
    expect(await (await take(store)).restore(RESUME, ignore)).toBeNull();
  });

  test('the last two and the best one are kept, in the manifest and in the store', async () => {
    const ledger = await take(store);
    for (const [step, best] of [
      [100, false],
      [200, true],
      [300, false],
      [400, false],
      [500, false],
    ] as const)
      await ledger.commitCheckpoint(checkpointFile(step, { best }));
    const { checkpoints } = await manifestOf(store);
    expect(checkpoints.map(({ step }) => step)).toEqual([200, 400, 500]);
    expect(await keysOf(store)).toEqual([...checkpoints.map(({ key }) => key), `trials/${HASH}/manifest.json`]);
  });

  test('a new best takes the place of the old one', async () => {
    const ledger = await take(store);
    for (const [step, best] of [
      [100, true],
      [200, true],
      [300, false],
      [400, false],
    ] as const)
      await ledger.commitCheckpoint(checkpointFile(step, { best }));
    expect((await manifestOf(store)).checkpoints.map(({ step }) => step)).toEqual([200, 300, 400]);
  });

  test('what is kept is never more than three, always has the newest two, and the best if there is one', () => {
    const checkpoint = fc.record({ step: fc.integer({ min: 1, max: 60 }), best: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(checkpoint, { selector: ({ step }) => step, maxLength: 30 }), (found) => {
        const added = found
          .sort((a, b) => a.step - b.step)
          .map(({ step, best }) => ({ key: `k${step}`, sha256: '', bytes: 1, step, epoch: 0, best, deviceSeconds: 0 }));
        const kept = added.reduce<readonly CommittedCheckpoint[]>(withCheckpoint, []);
        const best = added.findLast((one) => one.best);
        expect(kept).toEqual(added.filter((one, i) => i >= added.length - 2 || one === best));
      }),
    );
  });

  test('a checkpoint may have more than 2 GiB, and its hash is the one that it came with', async () => {
    const bytes = 2 * 2 ** 30 + 8;
    const file = { ...checkpointFile(100), bytes };
    // Sparse: the disk holds nothing of it.
    truncateSync(file.path, bytes);
    const put: (typeof store)['putFile'] = async (key, source, { sha256 } = {}) => {
      expect(source).toBe(file.path);
      return { key, sha256: sha256 ?? 'unknown', bytes };
    };
    const ledger = await take({ ...store, putFile: put });
    await ledger.commitCheckpoint(file);
    expect(ledger.checkpoint).toMatchObject({ bytes, sha256: file.sha256 });
    rmSync(file.path);
  });

  test('what moves is told, and a transfer that is ended ends', async () => {
    const moved: number[] = [];
    const options = { onMoved: (count: number) => void moved.push(count), signal: new AbortController().signal };
    const ledger = await take(store);
    await ledger.commitCheckpoint(checkpointFile(100, { content: '12345' }), options);
    await ledger.restore(RESUME, ignore, options);
    await ledger.finish(resultOf(), { ...NO_FILES, weightsPath: localFile('w.safetensors', '123') }, options);
    expect(moved).toEqual([5, 5, 3]);
    const ended = { signal: AbortSignal.abort(new Error('told to')) };
    const other = await take(memoryStore());
    await expect(other.commitCheckpoint(checkpointFile(100), ended)).rejects.toThrow('told to');
  });

  test('what the attempt before had begun to put is ended by the next one, which needs no more than that', async () => {
    const pending: PendingUpload = { key: `trials/${HASH}/checkpoints/1`, id: 'u1', begunAt: 0 };
    const ended: unknown[] = [];
    const asked: string[] = [];
    store.listUploads = async (prefix) => (asked.push(prefix), [pending]);
    store.abandonUploads = async (uploads) => void ended.push(...uploads);
    await (await take(store)).restore(RESUME, ignore);
    expect([asked, ended]).toEqual([[], []]);
    await (await take(store, { attempt: 2 })).restore(RESUME, ignore);
    expect([asked, ended]).toEqual([[`trials/${HASH}/`], [pending]]);
    store.listUploads = () => Promise.reject(new Error('not implemented'));
    expect(await (await take(store, { attempt: 3 })).restore(RESUME, ignore)).toBeNull();
  });

  test('a second checkpoint of one step replaces the first and leaves no object behind', async () => {
    const ledger = await take(store);
    await ledger.commitCheckpoint(checkpointFile(100, { content: 'first' }));
    await ledger.commitCheckpoint(checkpointFile(100, { content: 'second' }));
    expect(await keysOf(store)).toHaveLength(2);
    await ledger.restore(RESUME, ignore);
    expect(readFileSync(RESUME, 'utf8')).toBe('second');
  });

  test('keys of checkpoints are in the order of their steps', async () => {
    const ledger = await take(store);
    for (const step of [9, 10]) await ledger.commitCheckpoint(checkpointFile(step));
    expect((await keysOf(store))[0]).toMatch(/\/checkpoints\/0000000009-[0-9a-f-]{36}-\d+\.safetensors$/);
  });

  test('a file that is not as long as the trainer said is not committed', async () => {
    const ledger = await take(store);
    await expect(ledger.commitCheckpoint({ ...checkpointFile(100), bytes: 3 })).rejects.toThrow(
      /checkpoint file must have 3 bytes, got 22 \[step=100\]/,
    );
    expect(ledger.checkpoint).toBeNull();
  });
});

describe('damage', () => {
  const damages = {
    changed: (key: string) => store.put(key, Buffer.from('checkpoint of step 30X')),
    'cut off': (key: string) => store.put(key, Buffer.from('check')),
    gone: (key: string) => store.delete([key]),
  } as const;

  test.each(Object.keys(damages) as (keyof typeof damages)[])(
    'a newest checkpoint that is %s is passed over for the one before, and forgotten',
    async (damage) => {
      const ledger = await take(store);
      for (const step of [100, 200, 300]) await ledger.commitCheckpoint(checkpointFile(step));
      await damages[damage](ledger.checkpoint?.key ?? '');
      const next = await take(store, { attempt: 2 });
      const problems: string[] = [];
      expect(await next.restore(RESUME, (problem) => problems.push(problem))).toMatchObject({ step: 200 });
      expect(problems).toEqual([expect.stringMatching(/^checkpoint cannot be used: .+ \[key=.+, step=300\]$/)]);
      expect(next.previous?.step).toBe(300);
      await next.commitCheckpoint(checkpointFile(250));
      expect((await manifestOf(store)).checkpoints.map(({ step }) => step)).toEqual([200, 250]);
    },
  );

  test('with every checkpoint damaged a trial begins anew', async () => {
    const ledger = await take(store);
    for (const step of [100, 200]) await ledger.commitCheckpoint(checkpointFile(step));
    for (const { key } of (await manifestOf(store)).checkpoints) await store.put(key, Buffer.from('?'));
    expect(await ledger.restore(RESUME, ignore)).toBeNull();
    expect(ledger.checkpoint).toBeNull();
  });

  test('a store that is away is not taken for damage', async () => {
    const faulty = faultyStore();
    const ledger = await take(faulty);
    await ledger.commitCheckpoint(checkpointFile(100));
    faulty.faults.push({ operation: 'get', key: '/checkpoints/', fault: 'unavailable', times: 1 });
    await expect(ledger.restore(RESUME, ignore)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(ledger.checkpoint).toMatchObject({ step: 100 });
  });
});

describe('faults of the store', () => {
  test('a commit that the store did not take leaves the one before, and can be tried again', async () => {
    const faulty = faultyStore();
    const ledger = await take(faulty);
    await ledger.commitCheckpoint(checkpointFile(100));
    const file = checkpointFile(200);
    for (const key of ['/checkpoints/', 'manifest.json']) {
      faulty.faults.push({ operation: 'put', key, fault: 'unavailable', times: 1 });
      await expect(ledger.commitCheckpoint(file)).rejects.toMatchObject({ name: 'StorageUnavailable' });
      expect((await manifestOf(faulty)).checkpoints.map(({ step }) => step)).toEqual([100]);
    }
    await ledger.commitCheckpoint(file);
    expect((await manifestOf(faulty)).checkpoints.map(({ step }) => step)).toEqual([100, 200]);
  });

  test('a commit whose answer was lost is found by the next write, not taken for another owner', async () => {
    const faulty = faultyStore();
    const ledger = await take(faulty);
    const file = checkpointFile(100);
    faulty.faults.push({ operation: 'put', key: 'manifest.json', fault: 'lost', times: 1 });
    await expect(ledger.commitCheckpoint(file)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    await ledger.commitCheckpoint(file);
    await ledger.commitCheckpoint(checkpointFile(200));
    expect((await manifestOf(faulty)).checkpoints.map(({ step }) => step)).toEqual([100, 200]);
  });

  test('a lost answer of any write leaves a ledger that still writes, and writes nothing twice', async () => {
    const faulty = faultyStore();
    const ledger = await take(faulty);
    const receipt = {
      trialId: 'x',
      cause: 'trainerKilled',
      attempt: 1,
      lastStep: 9,
      resumedAtStep: 0,
      stepsLost: 9,
      deviceSecondsLost: 1,
      worker: 'w',
    } as const;
    for (const write of [
      () => ledger.addReceipt(receipt),
      () => ledger.renew(),
      () => ledger.noteDeath({ cause: 'storage', step: 3, deviceSeconds: 0.3 }),
    ]) {
      faulty.faults.push({ operation: 'put', key: 'manifest.json', fault: 'lost', times: 1 });
      await expect(write()).rejects.toMatchObject({ name: 'StorageUnavailable' });
      await write();
    }
    expect(await manifestOf(faulty)).toMatchObject({ receipts: [receipt], death: { cause: 'storage', step: 3 } });
  });

  test('a result whose answer was lost is the result', async () => {
    const faulty = faultyStore();
    const ledger = await take(faulty);
    faulty.faults.push({ operation: 'put', key: 'manifest.json', fault: 'lost', times: 1 });
    const weightsPath = localFile('weights.safetensors', 'w');
    await expect(ledger.finish(resultOf(), { ...NO_FILES, weightsPath })).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    const finished = await ledger.finish(resultOf(), { ...NO_FILES, weightsPath });
    expect((await manifestOf(faulty)).result).toEqual(finished);
  });

  test('what cannot be deleted fails nothing', async () => {
    const faulty = faultyStore();
    const ledger = await take(faulty);
    faulty.faults.push(
      { operation: 'delete', key: '', fault: 'unavailable' },
      { operation: 'list', key: '', fault: 'unavailable' },
    );
    for (const step of [100, 200, 300]) await ledger.commitCheckpoint(checkpointFile(step));
    await ledger.finish(resultOf(), NO_FILES);
    expect((await manifestOf(faulty)).result).not.toBeNull();
  });
});
