import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileSource } from '../../../../activities/datasets/source/file-source';
import { idx } from '../../../../activities/datasets/formats/idx';
import { packDataset } from '../../../../activities/datasets/packed/pack';
import type { PackProgress } from '../../../../activities/datasets/packed/pack';
import { pinDataset } from '../../../../activities/datasets/packed/pin';
import { splitIndices } from '../../../../activities/datasets/packed/split';
import { sha256Of } from '../../../../activities/content-hash';
import { packedManifestSchema } from '../../../../activities/datasets/packed/packed';
import { memoryStore } from '../../../../activities/storage/memory';
import { cifarBatch, folderOf, idxSet, pattern } from '../../../support/datasets';

const onProgress = (): void => undefined;
const open = async (folder: string) => idx.open(await fileSource(folder, [folder]));
const keysOf = async (store: ReturnType<typeof memoryStore>): Promise<readonly string[]> =>
  (await store.list('')).map(({ key }) => key);

/** A store that counts what is written. */
function counting() {
  const store = memoryStore();
  const puts: string[] = [];
  return {
    puts,
    store: {
      ...store,
      put: (...args: Parameters<typeof store.put>) => {
        puts.push(args[0]);
        return store.put(...args);
      },
      putFile: (...args: Parameters<typeof store.putFile>) => {
        puts.push(args[0]);
        return store.putFile(...args);
      },
    },
  };
}

describe('packing a data set', () => {
  it('writes shards of images and labels, then the manifest, below the content address', async () => {
    const { store, puts } = counting();
    // Four images of six bytes in a shard.
    const { sha256, manifest, ref } = await packDataset(store, await open(folderOf(idxSet(10, 4))), {
      onProgress,
      shardBytes: 25,
    });
    // Shards go up side by side, in whatever order they are ready.
    expect(puts.slice(0, -1).sort()).toEqual(
      [
        ...['test-images-00000.u8', 'test-labels-00000.i32'],
        ...['train-images-00000.u8', 'train-images-00001.u8', 'train-images-00002.u8'],
        ...['train-labels-00000.i32', 'train-labels-00001.i32', 'train-labels-00002.i32'],
      ].map((name) => `datasets/${sha256}/${name}`),
    );
    expect(puts.at(-1)).toBe(`datasets/${sha256}/manifest.json`);
    expect(manifest).toMatchObject({ shape: [3, 2, 1], classes: 3, train: { examples: 10 }, test: { examples: 4 } });
    expect(manifest.train.images.map(({ examples }) => examples)).toEqual([4, 4, 2]);
    expect(ref).toMatchObject({ key: `datasets/${sha256}/manifest.json`, sha256 });
    const stored = await store.get(ref.key);
    expect([sha256Of(stored!.bytes), stored!.bytes.length]).toEqual([sha256, ref.bytes]);
    expect(packedManifestSchema.parse(JSON.parse(Buffer.from(stored!.bytes).toString()))).toEqual(manifest);
  });

  it('keeps every pixel, and every label as little-endian int32', async () => {
    const store = memoryStore();
    const { manifest, sha256 } = await packDataset(store, await open(folderOf(idxSet(10, 4))), {
      onProgress,
      shardBytes: 25,
    });
    const joined = async (files: readonly { readonly file: string }[]) =>
      Buffer.concat(
        await Promise.all(files.map(async ({ file }) => (await store.get(`datasets/${sha256}/${file}`))!.bytes)),
      );
    expect(await joined(manifest.train.images)).toEqual(Buffer.from(pattern(60)));
    const labels = await joined(manifest.train.labels);
    expect(Array.from({ length: 10 }, (_, i) => labels.readInt32LE(4 * i))).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
  });

  it('gives equal content one address, wherever it comes from', async () => {
    const store = memoryStore();
    const packed = async () => (await packDataset(store, await open(folderOf(idxSet())), { onProgress })).sha256;
    expect(await packed()).toBe(await packed());
    expect((await packDataset(store, await open(folderOf(idxSet(9))), { onProgress })).sha256).not.toBe(await packed());
  });

  it('writes nothing where the store has the content', async () => {
    const { store, puts } = counting();
    await packDataset(store, await open(folderOf(idxSet())), { onProgress });
    puts.length = 0;
    await packDataset(store, await open(folderOf(idxSet())), { onProgress });
    expect(puts).toEqual([]);
  });

  it('writes again where the store lost a shard', async () => {
    const store = memoryStore();
    const { sha256 } = await packDataset(store, await open(folderOf(idxSet())), { onProgress });
    const before = await keysOf(store);
    await store.delete([`datasets/${sha256}/train-labels-00000.i32`]);
    await packDataset(store, await open(folderOf(idxSet())), { onProgress });
    expect(await keysOf(store)).toEqual(before);
  });

  it('leaves no manifest behind when it is broken off, and completes the next time', async () => {
    const { store, puts } = counting();
    const breakOff = (progress: PackProgress): void => {
      if (progress.doing === 'writing') throw new Error('broken off');
    };
    await expect(
      packDataset(store, await open(folderOf(idxSet())), { onProgress: breakOff, shardBytes: 25 }),
    ).rejects.toThrow('broken off');
    expect(puts.some((key) => key.endsWith('manifest.json'))).toBe(false);
    const { ref } = await packDataset(store, await open(folderOf(idxSet())), { onProgress, shardBytes: 25 });
    expect(await store.head(ref.key)).toBeDefined();
  });

  it('goes on where it was broken off: no shard goes twice', async () => {
    const { store, puts } = counting();
    let left = 5;
    const dying = {
      ...store,
      putFile: async (...args: Parameters<typeof store.putFile>) => {
        if (left-- <= 0) throw new Error('worker dies');
        return store.putFile(...args);
      },
    };
    const pack = async (into: typeof store) =>
      packDataset(into, await open(folderOf(idxSet(10, 4))), { onProgress, shardBytes: 25 });
    await expect(pack(dying)).rejects.toThrow('worker dies');
    expect(puts).toHaveLength(5);
    await pack(store);
    expect(puts).toHaveLength(9);
    expect(new Set(puts).size).toBe(9);
  });

  it('moves some shards at a time, and no more', async () => {
    const { store } = counting();
    let [under, most] = [0, 0];
    const slow = {
      ...store,
      putFile: async (...args: Parameters<typeof store.putFile>) => {
        most = Math.max(most, ++under);
        await new Promise(setImmediate);
        under -= 1;
        return store.putFile(...args);
      },
    };
    await packDataset(slow, await open(folderOf(idxSet(40, 4))), { onProgress, shardBytes: 6 });
    expect(most).toBe(8);
  });

  it('is refused where the files change between its two readings, and leaves no manifest', async () => {
    const { store, puts } = counting();
    const folder = folderOf(idxSet());
    const change = (progress: PackProgress): void => {
      if (progress.doing === 'reading')
        writeFileSync(
          path.join(folder, 'train-images-idx3-ubyte'),
          Buffer.concat([idxSet()['train-images-idx3-ubyte']!.subarray(0, 16), Buffer.alloc(60)]),
        );
    };
    await expect(packDataset(store, await open(folder), { onProgress: change })).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: expect.stringMatching(/changed while it was packed/),
    });
    expect(puts.some((key) => key.endsWith('manifest.json'))).toBe(false);
  });

  it('tells how far it is, to the last example, in both passes', async () => {
    const seen: PackProgress[] = [];
    await packDataset(memoryStore(), await open(folderOf(idxSet(10, 4))), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.filter(({ doing }) => doing === 'reading').at(-1)).toEqual({
      doing: 'reading',
      examples: 14,
      examplesTotal: 14,
    });
    expect(seen.at(-1)).toEqual({ doing: 'writing', examples: 14, examplesTotal: 14 });
  });
});

describe('pinning a data set', () => {
  it('gives its address, its shape, its classes and its split', async () => {
    const store = memoryStore();
    const folder = folderOf({ 'data_batch_1.bin': cifarBatch([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) });
    const spec = { format: 'cifar', uri: `file://${folder}`, validationFraction: 0.2 };
    const pinned = await pinDataset({ store, fileRoots: [folder] }, spec, 17, { onProgress });
    expect(pinned).toMatchObject({
      source: { format: 'cifar', uri: `file://${folder}` },
      shape: [32, 32, 3],
      classes: 10,
      split: { trainExamples: 6, validationExamples: 2, testExamples: 2, testFrom: 'train' },
    });
    // The label of each example is its place.
    const validated = [...splitIndices(pinned.split).validation];
    expect(pinned.validationLabels).toEqual(
      Array.from({ length: 10 }, (_, label) => Number(validated.includes(label))),
    );
    expect(await store.head(pinned.manifest.key)).toMatchObject({ bytes: pinned.manifest.bytes });
  });

  it('works the same from a bucket', async () => {
    const files = idxSet();
    const bucket = memoryStore();
    for (const [name, bytes] of Object.entries(files)) await bucket.put(name, bytes);
    const folder = folderOf(files);
    const pin = (uri: string) =>
      pinDataset(
        { store: memoryStore(), fileRoots: [folder], openBucket: () => bucket },
        { format: 'idx', uri, validationFraction: 0.2 },
        1,
        { onProgress },
      );
    expect((await pin('s3://my-bucket/digits')).sha256).toBe((await pin(`file://${folder}`)).sha256);
  });

  it('writes nothing where the split leaves a part empty', async () => {
    const store = memoryStore();
    const folder = folderOf(idxSet(2));
    await expect(
      pinDataset({ store, fileRoots: [folder] }, { format: 'idx', uri: folder, validationFraction: 0.2 }, 1, {
        onProgress,
      }),
    ).rejects.toMatchObject({ name: 'DatasetInvalid' });
    expect(await keysOf(store)).toEqual([]);
  });

  it('is refused for a format that is none, by its inherited names too', async () => {
    for (const format of ['png', 'toString']) {
      await expect(
        pinDataset({ store: memoryStore(), fileRoots: [] }, { format, uri: '/', validationFraction: 0.2 }, 1, {
          onProgress,
        }),
      ).rejects.toMatchObject({
        name: 'DatasetInvalid',
        message: `dataset.format must be one of folders, table, npz, idx, cifar, cifar100, cifar100-coarse, got ${format}`,
      });
    }
  });
});
