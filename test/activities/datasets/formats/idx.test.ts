import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { idx } from '../../../../activities/datasets/formats/idx';
import type { OpenedDataset } from '../../../../activities/datasets/formats/format';
import type { Source } from '../../../../activities/datasets/source/source';
import { idxFile, idxSet, pattern, readAll, sourceOf } from '../../../support/datasets';

const open = async (files: Readonly<Record<string, Uint8Array>>): Promise<OpenedDataset> =>
  idx.open(await sourceOf(files));

/** Opens and reads all: what is wrong may show at either. */
async function read(files: Readonly<Record<string, Uint8Array>>) {
  const { train, test } = await open(files);
  return { train: await readAll(train), test: test && (await readAll(test)) };
}

const IMAGES = 'train-images-idx3-ubyte';
const LABELS = 'train-labels-idx1-ubyte';

describe('an idx data set', () => {
  it('gives images, labels, shape and classes of both parts', async () => {
    const opened = await open(idxSet());
    expect(opened).toMatchObject({
      shape: [3, 2, 1],
      classNames: ['0', '1', '2'],
      train: { examples: 10 },
      test: { examples: 4 },
    });
    expect(await readAll(opened.train)).toEqual({
      images: Buffer.from(pattern(60)),
      labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0],
    });
    expect(await readAll(opened.test!)).toEqual({ images: Buffer.from(pattern(24, 100)), labels: [0, 1, 2, 0] });
  });

  it('may be gzipped or not, whatever the names say', async () => {
    const plain = idxSet();
    const zipped = Object.fromEntries(Object.entries(plain).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
    const misnamed = Object.fromEntries(
      Object.entries(plain).map(([name, bytes], i) => (i % 2 === 0 ? [name, gzipSync(bytes)] : [`${name}.gz`, bytes])),
    );
    expect(await read(zipped)).toEqual(await read(plain));
    expect(await read(misnamed)).toEqual(await read(plain));
  });

  it.each([
    ['dots for dashes', (name: string) => name.replace('-idx', '.idx')],
    ['test for t10k', (name: string) => name.replace('t10k', 'test')],
    ['a prefix', (name: string) => `emnist-letters-${name}`],
  ])('is found under the names of other copies: %s', async (_, rename) => {
    const renamed = Object.fromEntries(Object.entries(idxSet()).map(([name, bytes]) => [rename(name), bytes]));
    expect(await read(renamed)).toEqual(await read(idxSet()));
  });

  it('takes the unzipped file where the zip lies beside it', async () => {
    const files = idxSet();
    expect(await read({ ...files, [`${IMAGES}.gz`]: gzipSync(files[IMAGES]!) })).toEqual(await read(files));
  });

  it('may have no test part', async () => {
    const { [IMAGES]: images, [LABELS]: labels } = idxSet();
    expect((await open({ [IMAGES]: images!, [LABELS]: labels! })).test).toBeNull();
  });

  it('may have colour images in four dimensions, channels last', async () => {
    const files = {
      'train-images-idx4-ubyte': idxFile([4, 2, 2, 3], pattern(48)),
      [LABELS]: idxFile([4], Uint8Array.of(0, 1, 0, 1)),
    };
    const opened = await open(files);
    expect(opened.shape).toEqual([2, 2, 3]);
    expect((await readAll(opened.train)).images).toEqual(Buffer.from(pattern(48)));
  });

  it('holds no more labels than its images: a header that claims a billion is refused unread', async () => {
    const { [IMAGES]: images, [LABELS]: labels } = idxSet();
    const billion = Buffer.from(labels!.subarray(0, 8));
    billion.writeUInt32BE(1_000_000_000, 4);
    const source = await sourceOf({ [IMAGES]: images!, [LABELS]: billion });
    let zeros = 0;
    const endless: Source = {
      ...source,
      async *open(file) {
        yield* source.open(file);
        for (; file === LABELS; zeros++) yield Buffer.alloc(1024);
      },
    };
    await expect(idx.open(endless)).rejects.toThrow(
      /equally many, got train-images-idx3-ubyte=10, train-labels-idx1-ubyte=1000000000/,
    );
    expect(zeros).toBeLessThan(2);
  });

  it('of more than one batch comes whole and in order', async () => {
    const images = pattern(5000 * 1000);
    const labels = Uint8Array.from({ length: 5000 }, (_, i) => i % 10);
    const { train } = await read({ [IMAGES]: idxFile([5000, 50, 20], images), [LABELS]: idxFile([5000], labels) });
    expect(train.images.equals(images)).toBe(true);
    expect(train.labels).toEqual([...labels]);
  });
});

const set = idxSet();
const images = set[IMAGES]!;

describe('an idx data set is refused', () => {
  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      'with no files',
      {},
      /lacks files .*looked for train-images-idx3-ubyte and train-labels-idx1-ubyte.*found no files/,
    ],
    [
      'with labels missing',
      { [IMAGES]: images, 'notes.txt': Buffer.from('x') },
      /looked for train-labels-idx1-ubyte, .*found notes.txt, train-images-idx3-ubyte/,
    ],
    ['with half a test part', { ...set, 't10k-labels-idx1-ubyte': undefined! }, /looked for t10k-labels-idx1-ubyte/],
    ['with two data sets in a folder', { ...set, [`other-${IMAGES}`]: images }, /must hold one data set, holds 2/],
    [
      'with two test parts',
      { ...set, 'test-images-idx3-ubyte': images },
      /must hold one of t10k-images-idx3-ubyte, test-images-idx3-ubyte/,
    ],
    [
      'with labels for images',
      { ...set, [IMAGES]: set[LABELS]! },
      /wrong magic number: expected 0x00000803 or 0x00000804 \(uint8 IDX\), got 0x00000801/,
    ],
    [
      'with numbers of another type',
      { ...set, [LABELS]: idxFile([10], pattern(40), 0x0c01) },
      /wrong magic number: expected 0x00000801 \(uint8 IDX\), got 0x00000c01/,
    ],
    ['with a web page for a file', { ...set, [IMAGES]: Buffer.from('<!doctype html>') }, /wrong magic number/],
    ['with an empty file', { ...set, [IMAGES]: Buffer.alloc(0) }, /train-images-idx3-ubyte is empty/],
    [
      'with no examples',
      { ...set, [IMAGES]: idxFile([0, 3, 2], pattern(0)), [LABELS]: idxFile([0], pattern(0)) },
      /is empty: its sizes are 0/,
    ],
    [
      'with images that break off',
      { ...set, [IMAGES]: images.subarray(0, -1) },
      /train-images-idx3-ubyte is truncated: expected 76 bytes, got 75/,
    ],
    [
      'with bytes after the images',
      { ...set, [IMAGES]: Buffer.concat([images, Buffer.of(0)]) },
      /trailing bytes: expected 76 bytes/,
    ],
    [
      'with bytes after the labels',
      { ...set, [LABELS]: Buffer.concat([set[LABELS]!, Buffer.of(0)]) },
      /trailing bytes: expected 18 bytes/,
    ],
    ['with a zip that breaks off', { ...set, [IMAGES]: gzipSync(images).subarray(0, -3) }, /truncated gzip file/],
    ['with a zip that is damaged', { ...set, [IMAGES]: damaged(gzipSync(images)) }, /corrupt gzip file/],
    [
      'with other counts of images and labels',
      { ...set, [LABELS]: idxFile([9], pattern(9)) },
      /equally many, got train-images-idx3-ubyte=10, train-labels-idx1-ubyte=9/,
    ],
    ['with one class', { ...set, [LABELS]: idxFile([10], new Uint8Array(10)) }, /at least 2 classes/],
    [
      'with a test label that no training example has',
      { ...set, 't10k-labels-idx1-ubyte': idxFile([4], Uint8Array.of(0, 1, 9, 0)) },
      /out of range: .* 0 to 2, got 9 at example 2/,
    ],
    [
      'with test images of another shape',
      { ...set, 't10k-images-idx3-ubyte': idxFile([4, 2, 3], pattern(24)) },
      /same shape, got train=3x2x1, test=2x3x1/,
    ],
    [
      'with channels first',
      { ...set, [IMAGES]: idxFile([10, 3, 8, 8], pattern(1920)) },
      /at most 4 channels, in its last dimension, got sizes 10x3x8x8/,
    ],
    [
      'with a header that asks for the impossible',
      { ...set, [IMAGES]: idxFile([10, 0xffffffff, 0xffffffff], pattern(9)) },
      /images of at most/,
    ],
  ])('%s', async (_, files, message) => {
    const present = Object.fromEntries(Object.entries(files).filter(([, bytes]) => bytes !== undefined));
    await expect(read(present)).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: expect.stringMatching(message),
    });
  });

  it('wherever any of its files breaks off, zipped or not', async () => {
    const zip = (bytes: Buffer): Buffer => gzipSync(bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(set)),
        fc.boolean(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (name, zipped, share) => {
          const whole = zipped ? zip(set[name]!) : set[name]!;
          const cut = whole.subarray(0, Math.floor(share * whole.length));
          await expect(read({ ...set, [name]: cut })).rejects.toMatchObject({ name: 'DatasetInvalid' });
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** With a wrong checksum: the last eight bytes are CRC-32 and length. */
function damaged(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  copy[copy.length - 8]! ^= 0xff;
  return copy;
}
