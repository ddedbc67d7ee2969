import path from 'node:path';
import fc from 'fast-check';
import { describeDataset, pinDataset } from '../../../../activities/datasets/packed/pin';
import { openSource } from '../../../../activities/datasets/source/source';
import type { Source } from '../../../../activities/datasets/source/source';
import { memoryStore } from '../../../../activities/storage/memory';
import { folderOf, idxSet } from '../../../support/datasets';
import { png } from '../../../support/image-files';
import { zipFile } from '../../../support/zip-files';

const refused = (message: RegExp) => ({ name: 'DatasetInvalid', message: expect.stringMatching(message) });

async function text(source: Source, name: string, range?: { from: number; count: number }): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(name, range)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const opened = (zip: Uint8Array): Promise<Source> => {
  const root = folderOf({ 'sets/my set.zip': zip });
  return openSource(`file://${root}/sets/my%20set.zip`, { fileRoots: [root] });
};

const read = async (zip: Uint8Array): Promise<string> => {
  const source = await opened(zip);
  const texts: string[] = [];
  for (const name of await source.walk()) texts.push(await text(source, name));
  return texts.join();
};

describe('a data set in a zip file', () => {
  it('is read in place, whole and in parts', async () => {
    const source = await opened(zipFile({ 'b/2.txt': Buffer.from('zwei'), '1.txt': Buffer.from('eins') }));
    expect(await source.walk()).toEqual(['1.txt', 'b/2.txt']);
    expect([await source.list(), await source.list('b')]).toEqual([['1.txt'], ['2.txt']]);
    expect(await source.bytes('b/2.txt')).toBe(4);
    expect([await text(source, 'b/2.txt'), await text(source, 'b/2.txt', { from: 1, count: 2 })]).toEqual([
      'zwei',
      'we',
    ]);
    await expect(text(source, 'none')).rejects.toMatchObject(refused(/no file none/));
  });

  it('begins below the one folder that all files are in, what a Mac adds aside', async () => {
    const source = await opened(
      zipFile({ 'set/a/1': Buffer.of(1), 'set/b/2': Buffer.of(2), '__MACOSX/set/a/._1': Buffer.of(0) }),
    );
    expect(await source.walk()).toEqual(['a/1', 'b/2']);
  });

  it('has the same content as its files have in a folder, from disk and from a bucket', async () => {
    const zip = zipFile(idxSet());
    const root = folderOf({
      'set.zip': zip,
      ...Object.fromEntries(Object.entries(idxSet()).map(([n, b]) => [`set/${n}`, b])),
    });
    const bucket = memoryStore();
    await bucket.put('set.zip', zip);
    const shas = await Promise.all(
      [path.join(root, 'set'), path.join(root, 'set.zip'), 's3://bucket/set.zip'].map(async (uri) => {
        const dependencies = { store: memoryStore(), fileRoots: [root], openBucket: () => bucket };
        const spec = { format: 'idx', uri, validationFraction: 0.2 };
        return (await pinDataset(dependencies, spec, 1, { onProgress: () => undefined })).sha256;
      }),
    );
    expect(new Set(shas).size).toBe(1);
  });

  it('may hold folders of images', async () => {
    const image = await png(4, 4);
    const names = [1, 2, 3, 4, 5].flatMap((i) => [`pets/cat/${i}.png`, `pets/dog/${i}.png`]);
    const root = folderOf({ 'pets.zip': zipFile(Object.fromEntries(names.map((name) => [name, image]))) });
    const spec = { format: 'folders', uri: path.join(root, 'pets.zip'), validationFraction: 0.2 };
    expect(await describeDataset(spec, 1, { fileRoots: ['/'] })).toMatchObject({
      classNames: ['cat', 'dog'],
      trainPart: 10,
    });
  });

  const files = { 'a.txt': Buffer.from('a'.repeat(5000)) };

  it.each<[string, Uint8Array, RegExp]>([
    ['with a name that leads out of it', zipFile({ '../a.txt': Buffer.of(1) }), /invalid relative path/],
    ['with an absolute name', zipFile({ '/etc/a.txt': Buffer.of(1) }), /absolute path/],
    ['that is encrypted', zipFile(files, { flags: 1 }), /is encrypted; unzip it/],
    ['with more bytes than it says: a bomb', zipFile(files, { bytes: 10 }), /too many bytes/],
    ['with a wrong checksum', zipFile(files, { checksum: 7 }), /its checksum is wrong/],
    ['packed by an unknown method', zipFile(files, { method: 99 }), /unsupported compression method/],
    ['that is none', Buffer.from('<html>'), /no sound zip file/],
    ['that is empty', Buffer.alloc(0), /no sound zip file/],
  ])('is refused %s', async (_, zip, message) => {
    await expect(read(zip)).rejects.toMatchObject(refused(message));
  });

  it('is refused wherever it breaks off', async () => {
    const zip = zipFile({ ...files, 'b.txt': Buffer.from('b') });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: zip.length - 1 }), async (length) => {
        await expect(read(zip.subarray(0, length))).rejects.toMatchObject({ name: 'DatasetInvalid' });
      }),
      { numRuns: 60 },
    );
  });

  it('is refused where it is not there', async () => {
    const root = folderOf({ 'a.zip': Buffer.of(1) });
    await expect(openSource(path.join(root, 'b.zip'), { fileRoots: [root] })).rejects.toMatchObject(
      refused(/does not exist .*b.zip/),
    );
    await expect(openSource('/etc/b.zip', { fileRoots: [root] })).rejects.toMatchObject(refused(/STEPWELL_FILE_ROOTS/));
  });
});
