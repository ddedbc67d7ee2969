import fc from 'fast-check';
import { cifar, RECORD_BYTES } from '../../../../activities/datasets/formats/cifar';
import { cifarBatch, readAll, sourceOf } from '../../../support/datasets';

const open = async (files: Readonly<Record<string, Uint8Array>>) => cifar.open(await sourceOf(files));

async function read(files: Readonly<Record<string, Uint8Array>>) {
  const { train, test } = await open(files);
  return { train: await readAll(train), test: test && (await readAll(test)) };
}

const set = {
  'data_batch_1.bin': cifarBatch([0, 1, 9]),
  'data_batch_2.bin': cifarBatch([2, 3, 4]),
  'test_batch.bin': cifarBatch([5, 6]),
};

describe('a cifar data set', () => {
  it('gives images, labels, shape and ten classes of both parts', async () => {
    const opened = await open(set);
    expect(opened).toMatchObject({ shape: [32, 32, 3], train: { examples: 6 }, test: { examples: 2 } });
    expect(opened.classNames).toHaveLength(10);
    expect((await readAll(opened.train)).labels).toEqual([0, 1, 9, 2, 3, 4]);
    expect((await readAll(opened.test!)).labels).toEqual([5, 6]);
  });

  it('has its colour planes turned into pixels', async () => {
    const { train } = await read(set);
    expect([...train.images.subarray(0, 6)]).toEqual([1, 2, 3, 1, 2, 3]);
    expect([...train.images.subarray(3072, 3078)]).toEqual([2, 3, 4, 2, 3, 4]);
  });

  it('puts the pixel of each row and column where it belongs', async () => {
    const record = Buffer.alloc(RECORD_BYTES);
    record[1 + 1024 + 5 * 32 + 7] = 200;
    const { train } = await read({ 'data_batch_1.bin': record });
    expect(train.images.indexOf(200)).toBe((5 * 32 + 7) * 3 + 1);
  });

  it('may lie in the folder that its archive unpacks to', async () => {
    const inFolder = Object.fromEntries(
      Object.entries(set).map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes]),
    );
    expect(await read(inFolder)).toEqual(await read(set));
  });

  it('takes the names of its classes from batches.meta.txt', async () => {
    const { classNames } = await open({ ...set, 'batches.meta.txt': Buffer.from('airplane\nautomobile\r\nbird\n\n') });
    expect(classNames).toEqual(['airplane', 'automobile', 'bird']);
  });

  it('may have no test part', async () => {
    expect((await open({ 'data_batch_1.bin': set['data_batch_1.bin'] })).test).toBeNull();
  });
});

describe('a cifar data set is refused', () => {
  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['with no files', {}, /looked for data_batch_1.bin, here or in cifar-10-batches-bin; found no files/],
    ['in its Python version', { data_batch_1: Buffer.of(1) }, /Python version: fetch the binary version/],
    ['still in its archive', { 'cifar-10-binary.tar.gz': Buffer.of(1) }, /unpack cifar-10-binary.tar.gz/],
    [
      'with a batch missing in between',
      { ...set, 'data_batch_4.bin': cifarBatch([1, 1, 1]) },
      /looked for data_batch_3.bin/,
    ],
    ['with an empty batch', { ...set, 'test_batch.bin': Buffer.alloc(0) }, /test_batch.bin is empty/],
    [
      'with bytes too few',
      { ...set, 'test_batch.bin': set['test_batch.bin'].subarray(1) },
      /truncated, has trailing bytes .*multiple of 3073 bytes, e.g. 6146, got 6145/,
    ],
    [
      'with bytes too many',
      { ...set, 'test_batch.bin': Buffer.concat([set['test_batch.bin'], Buffer.of(0)]) },
      /got 6147/,
    ],
    [
      'with a batch cut between two images',
      { ...set, 'data_batch_2.bin': cifarBatch([2, 3]) },
      /equally many images, got data_batch_1.bin=3, data_batch_2.bin=2/,
    ],
    [
      'with a label out of range',
      { ...set, 'data_batch_2.bin': cifarBatch([1, 17, 1]) },
      /data_batch_2.bin has a label out of range: expected 0 to 9, got 17 at example 1/,
    ],
    [
      'with a label that has no name',
      { ...set, 'batches.meta.txt': Buffer.from('cat\ndog\n') },
      /expected 0 to 1, got 9/,
    ],
    [
      'with one class',
      { ...set, 'batches.meta.txt': Buffer.from('cat\n') },
      /must name 2 to 256 classes, a line each, got 1/,
    ],
  ])('%s', async (_, files, message) => {
    await expect(read(files)).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: expect.stringMatching(message),
    });
  });

  it('wherever one of its batches breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('data_batch_1.bin' as const, 'data_batch_2.bin' as const),
        fc.nat({ max: 3 * RECORD_BYTES - 1 }),
        async (name, length) => {
          await expect(read({ ...set, [name]: set[name].subarray(0, length) })).rejects.toMatchObject({
            name: 'DatasetInvalid',
          });
        },
      ),
      {
        numRuns: 100,
        examples: [
          ['data_batch_1.bin', 0],
          ['data_batch_1.bin', RECORD_BYTES],
          ['data_batch_2.bin', 2 * RECORD_BYTES],
        ],
      },
    );
  });
});
