import { existsSync, readFileSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { ownedName } from '../../../../activities/owned-folders';
import { ensureDataset } from '../../../../activities/datasets/packed/cache';
import { pinDataset } from '../../../../activities/datasets/packed/pin';
import { memoryStore } from '../../../../activities/storage/memory';
import type { ObjectStore, TransferOptions } from '../../../../activities/storage/object-store';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import type { PinnedDataset } from '../../../../workflows/words/study';
import { folderOf, idxSet, pattern } from '../../../support/datasets';
import { imagesOf } from '../../../support/images';

const onMoved = (): void => undefined;

/** A packed data set in a store that counts its reads, and an empty cache folder. */
async function world(): Promise<{
  readonly store: ObjectStore;
  readonly dataset: PinnedDataset;
  readonly cache: string;
  readonly gets: string[];
}> {
  const memory = memoryStore();
  const folder = folderOf(idxSet());
  const dataset = await pinDataset(
    { store: memory, fileRoots: [folder] },
    { format: 'idx', uri: folder, validationFraction: 0.2 },
    1,
    { onProgress: onMoved },
  );
  const gets: string[] = [];
  const store = {
    ...memory,
    getFile: (...args: Parameters<typeof memory.getFile>) => {
      gets.push(args[0]);
      return memory.getFile(...args);
    },
  };
  return { store, dataset, cache: folderOf({}), gets };
}

/** As another process would see the folder: this one has not checked it. */
async function inAnotherProcess<T>(work: (ensure: typeof ensureDataset) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await jest.isolateModulesAsync(async () => {
    const { ensureDataset: other } = jest.requireActual<typeof import('../../../../activities/datasets/packed/cache')>(
      '../../../../activities/datasets/packed/cache',
    );
    result = await work(other);
  });
  return result as T;
}

describe('a cached data set', () => {
  it('is what was packed, as the trainer reads it', async () => {
    const { store, dataset, cache } = await world();
    const folder = await ensureDataset(store, dataset, cache, { onMoved });
    expect(folder).toBe(path.join(cache, dataset.sha256));
    const { manifest, train, test } = loadDataset(folder);
    expect(manifest.classes).toBe(3);
    expect([...imagesOf(train)]).toEqual([...pattern(60)]);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
    expect([...imagesOf(test!)]).toEqual([...pattern(24, 100)]);
  });

  it('is fetched once, by however many ask at the same time, and each hears that it moves', async () => {
    const { store, dataset, cache, gets } = await world();
    const moves = [0, 0, 0];
    await Promise.all(
      moves.map((_, i) =>
        ensureDataset(store, dataset, cache, {
          onMoved: () => {
            moves[i]! += 1;
          },
        }),
      ),
    );
    await ensureDataset(store, dataset, cache, { onMoved });
    expect(gets).toHaveLength(5);
    expect(moves.every((count) => count >= 5 && count === moves[0])).toBe(true);
  });

  it('is not fetched by the next process', async () => {
    const { store, dataset, cache, gets } = await world();
    await ensureDataset(store, dataset, cache, { onMoved });
    gets.length = 0;
    await inAnotherProcess((ensure) => ensure(store, dataset, cache, { onMoved }));
    expect(gets).toEqual([]);
  });

  it('has a damaged file fetched again by the next process', async () => {
    const { store, dataset, cache, gets } = await world();
    const folder = await ensureDataset(store, dataset, cache, { onMoved });
    const file = path.join(folder, 'train-images-00000.u8');
    const whole = readFileSync(file);
    writeFileSync(file, Buffer.alloc(whole.length));
    gets.length = 0;
    await inAnotherProcess((ensure) => ensure(store, dataset, cache, { onMoved }));
    expect(readFileSync(file)).toEqual(whole);
    expect(gets).toEqual([`datasets/${dataset.sha256}/train-images-00000.u8`]);
  });

  it.each<[string, (folder: string) => void]>([
    ['cut a file short', (folder) => truncateSync(path.join(folder, 'train-images-00000.u8'), 3)],
    ['removed a file', (folder) => rmSync(path.join(folder, 'test-labels-00000.i32'))],
    ['removed the manifest', (folder) => rmSync(path.join(folder, 'manifest.json'))],
    ['removed it all', (folder) => rmSync(folder, { recursive: true })],
  ])('is repaired within the same process where somebody %s', async (_, damage) => {
    const { store, dataset, cache } = await world();
    const folder = await ensureDataset(store, dataset, cache, { onMoved });
    damage(folder);
    await ensureDataset(store, dataset, cache, { onMoved });
    expect([...imagesOf(loadDataset(folder).train)]).toEqual([...pattern(60)]);
  });

  it('is looked at once a minute where nothing has failed yet', async () => {
    const { store, dataset, cache } = await world();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const folder = await ensureDataset(store, dataset, cache, { onMoved, look: 'eachMinute' });
    const file = path.join(folder, 'test-labels-00000.i32');
    rmSync(file);
    clock.mockReturnValue(60_999);
    await ensureDataset(store, dataset, cache, { onMoved, look: 'eachMinute' });
    expect(existsSync(file)).toBe(false);
    clock.mockReturnValue(61_000);
    await ensureDataset(store, dataset, cache, { onMoved, look: 'eachMinute' });
    expect(existsSync(file)).toBe(true);
    clock.mockRestore();
  });

  it('survives two processes that fetch it at once', async () => {
    const { store, dataset, cache } = await world();
    const [here, there] = await Promise.all([
      ensureDataset(store, dataset, cache, { onMoved }),
      inAnotherProcess((ensure) => ensure(store, dataset, cache, { onMoved })),
    ]);
    expect(here).toBe(there);
    expect([...imagesOf(loadDataset(here).train)]).toEqual([...pattern(60)]);
    expect(readdirSync(here).sort()).toEqual([
      'manifest.json',
      'test-images-00000.u8',
      'test-labels-00000.i32',
      'train-images-00000.u8',
      'train-labels-00000.i32',
    ]);
  });

  it('goes on with a download that was broken off', async () => {
    const { store, dataset, cache, gets } = await world();
    const broken = {
      ...store,
      getFile: async (...args: Parameters<typeof store.getFile>) => {
        if (args[0].includes('test-')) throw new Error('connection lost');
        return store.getFile(...args);
      },
    };
    await expect(ensureDataset(broken, dataset, cache, { onMoved })).rejects.toThrow('connection lost');
    gets.length = 0;
    await ensureDataset(store, dataset, cache, { onMoved });
    expect(gets.map((key) => path.basename(key))).toEqual(['test-images-00000.u8', 'test-labels-00000.i32']);
  });

  it('is fetched no further once nobody waits for it, and whole by whoever comes then', async () => {
    const { store, dataset, cache, gets } = await world();
    const wanted = [new AbortController(), new AbortController()];
    const begun = [0, 0];
    let transfer: TransferOptions = {};
    const slow = {
      ...store,
      getFile: async (key: string, file: string | null, options: TransferOptions = {}) => {
        transfer = options;
        options.onMoved?.(1);
        await new Promise((_, reject) => options.signal?.addEventListener('abort', () => reject(new Error('ended'))));
        return store.getFile(key, file, options);
      },
    };
    const ended: Promise<unknown>[] = [];
    await new Promise<void>((resolve) => {
      for (const [i, { signal }] of wanted.entries()) {
        const onMoved = (): void => {
          begun[i]! += 1;
          if (begun.every((count) => count > 0)) resolve();
        };
        ended.push(ensureDataset(slow, dataset, cache, { onMoved, signal }).catch((error: Error) => error.message));
      }
    });
    wanted[0]!.abort(new Error('stopped'));
    await new Promise(setImmediate);
    expect(transfer.signal?.aborted).toBe(false);
    wanted[1]!.abort(new Error('stopped'));
    await new Promise(setImmediate);
    expect(transfer.signal?.aborted).toBe(true);
    expect([await Promise.all(ended), gets]).toEqual([['stopped', 'stopped'], []]);
    await ensureDataset(store, dataset, cache);
    expect(gets).toHaveLength(5);
  });

  it('has what a killed download of this machine left removed by the next one at once', async () => {
    const { store, dataset, cache } = await world();
    const folder = await ensureDataset(store, dataset, cache);
    // As of a process that had this one's id before it began.
    const left = path.join(folder, `.partial-${hostname()}-${process.pid}-1-${'a'.repeat(32)}`);
    const own = path.join(folder, ownedName('.partial-'));
    for (const file of [left, own]) writeFileSync(file, '');
    await inAnotherProcess((ensure) => ensure(store, dataset, cache));
    expect([existsSync(left), existsSync(own)]).toEqual([false, true]);
  });

  it('has what a killed download left removed after a day, and not before', async () => {
    const { store, dataset, cache } = await world();
    const folder = await ensureDataset(store, dataset, cache, { onMoved });
    const [old, young] = ['.partial-old', '.partial-young'].map((name) => path.join(folder, name)) as [string, string];
    writeFileSync(old, '');
    writeFileSync(young, '');
    utimesSync(old, 0, 0);
    await inAnotherProcess((ensure) => ensure(store, dataset, cache, { onMoved }));
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it.each<[string, string]>([
    ['manifest', 'manifest.json'],
    ['shard', 'train-labels-00000.i32'],
  ])('is corrupt where the store has other bytes for its %s', async (_, name) => {
    const { store, dataset, cache } = await world();
    const key = `datasets/${dataset.sha256}/${name}`;
    await store.put(key, Buffer.from('{}'));
    await expect(ensureDataset(store, dataset, cache, { onMoved })).rejects.toMatchObject({
      name: 'DatasetCorrupt',
      message: expect.stringMatching(
        new RegExp(`other bytes than were written \\[key=${key}, .*delete memory://datasets/${dataset.sha256}/`),
      ),
    });
  });

  it('is corrupt where the store lost an object', async () => {
    const { store, dataset, cache } = await world();
    await store.delete([`datasets/${dataset.sha256}/test-images-00000.u8`]);
    await expect(ensureDataset(store, dataset, cache, { onMoved })).rejects.toMatchObject({
      name: 'DatasetCorrupt',
      message: expect.stringMatching(/lacks an object/),
    });
  });
});
