import path from 'node:path';
import fc from 'fast-check';
import { npz } from '../../../../activities/datasets/formats/npz';
import { openSource } from '../../../../activities/datasets/source/source';
import { folderOf, pattern, readAll, sourceOf } from '../../../support/datasets';
import { zipFile } from '../../../support/zip-files';

/** As `numpy.save` writes it. */
function npy(type: string, shape: readonly number[], bytes: Uint8Array, order = 'False'): Buffer {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${tuple}), }`;
  const padded = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(padded.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\0', 'latin1'), size, Buffer.from(padded), bytes]);
}

const bytesOf = (values: Uint8Array | BigInt64Array | Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const int64 = (...values: readonly number[]): Uint8Array => bytesOf(BigInt64Array.from(values, BigInt));

const keras = {
  'x_train.npy': npy('|u1', [4, 6, 5], pattern(120)),
  'y_train.npy': npy('<i8', [4], int64(0, 2, 1, 0)),
  'x_test.npy': npy('|u1', [2, 6, 5], pattern(60, 9)),
  'y_test.npy': npy('<i8', [2], int64(1, 2)),
};

async function read(files: Readonly<Record<string, Uint8Array>>) {
  const opened = await npz.open(await sourceOf(files));
  return { opened, train: await readAll(opened.train), test: opened.test && (await readAll(opened.test)) };
}

describe('arrays of NumPy', () => {
  it('are read from files, from a .npz in a folder, and from a .npz itself', async () => {
    const loose = await read(keras);
    expect(loose.opened).toMatchObject({ shape: [6, 5, 1], classNames: ['0', '1', '2'], test: { examples: 2 } });
    expect([loose.train.images.equals(pattern(120)), loose.train.labels, loose.test?.labels]).toEqual([
      true,
      [0, 2, 1, 0],
      [1, 2],
    ]);
    const root = folderOf({ 'set.npz': zipFile(keras) });
    for (const uri of [root, path.join(root, 'set.npz')]) {
      const { train } = await npz.open(await openSource(uri, { fileRoots: [root] }));
      expect(await readAll(train)).toEqual(loose.train);
    }
  });

  it('may be named and shaped as in MedMNIST, with a validation part', async () => {
    const { opened, train, test } = await read({
      'train_images.npy': npy('|u1', [2, 6, 6, 3], pattern(216)),
      'train_labels.npy': npy('|u1', [2, 1], Uint8Array.of(1, 0)),
      'val_images.npy': npy('|u1', [1, 6, 6, 3], pattern(108)),
      'val_labels.npy': npy('|u1', [1, 1], Uint8Array.of(1)),
      'test_images.npy': npy('|u1', [1, 6, 6, 3], pattern(108)),
      'test_labels.npy': npy('|u1', [1, 1], Uint8Array.of(0)),
    });
    expect(opened).toMatchObject({ shape: [6, 6, 3], validationExamples: 1, train: { examples: 3 } });
    expect([train.labels, test?.labels]).toEqual([[1, 0, 1], [0]]);
  });

  it('may have their channels first', async () => {
    const planes = Uint8Array.from({ length: 3 * 30 }, (_, i) => 100 * Math.floor(i / 30) + (i % 30));
    const { opened, train } = await read({
      'x_train.npy': npy('|u1', [2, 3, 5, 6], Buffer.concat([planes, planes])),
      'y_train.npy': npy('|b1', [2], Uint8Array.of(0, 1)),
    });
    expect(opened.shape).toEqual([5, 6, 3]);
    expect([...train.images.subarray(3, 6)]).toEqual([1, 101, 201]);
    expect([...train.images.subarray(90, 93)]).toEqual([0, 100, 200]);
  });

  it.each([
    ['one-hot classes', '|u1', [4, 3], Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0), [0, 2, 1, 0], undefined],
    ['labels', '|u1', [4, 2], Uint8Array.of(1, 1, 0, 0, 0, 1, 1, 0), [1, 1, 0, 0, 0, 1, 1, 0], ['y0', 'y1']],
    ['numbers', '<f4', [4], bytesOf(Float32Array.of(1.5, -2, 3, 0)), [1.5, -2, 3, 0], ['y0']],
  ] as const)('may have %s', async (_, type, shape, bytes, labels, names) => {
    const { opened, train } = await read({
      'x_train.npy': keras['x_train.npy'],
      'y_train.npy': npy(type, shape, bytes),
    });
    expect([train.labels, opened.train.targets?.names]).toEqual([labels, names]);
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      'with floats for pixels',
      { 'x_train.npy': npy('<f4', [4, 6, 5], pattern(480)) },
      /as uint8, got <f4 .*\(x \* 255\)/,
    ],
    ['without labels', { 'y_test.npy': undefined! }, /x_test.npy without its labels/],
    ['in Fortran order', { 'x_train.npy': npy('|u1', [4, 6, 5], pattern(120), 'True') }, /numpy.ascontiguousarray/],
    ['of objects', { 'y_train.npy': npy('|O', [4], pattern(4)) }, /type \|O, which is not read/],
    [
      'of another count',
      { 'y_train.npy': npy('<i8', [3], int64(0, 1, 2)) },
      /as many rows as there are images, 4, got 3/,
    ],
    ['with a label out of range', { 'y_test.npy': npy('<i8', [2], int64(0, 3)) }, /0 to 2, got 3 at example 1/],
    ['with a negative label', { 'y_train.npy': npy('<i8', [4], int64(0, 2, -1, 1)) }, /got -1 at example 2/],
    ['with one class', { 'y_train.npy': npy('<i8', [4], int64(0, 0, 0, 0)) }, /2 to 65536 classes, got 1/],
    ['that break off', { 'x_train.npy': keras['x_train.npy'].subarray(0, -1) }, /x_train.npy is truncated/],
    ['that go on', { 'x_test.npy': Buffer.concat([keras['x_test.npy'], Buffer.of(0)]) }, /has trailing bytes/],
    ['that are none', { 'x_train.npy': Buffer.from('<!doctype html>') }, /is no array of NumPy's/],
    ['that are empty', { 'x_train.npy': npy('|u1', [0, 6, 5], pattern(0)) }, /is empty: its shape is \(0, 6, 5\)/],
    ['of huge images', { 'x_train.npy': npy('|u1', [4, 99999, 99999], pattern(9)) }, /bytes an image/],
    ['of other sizes', { 'x_test.npy': npy('|u1', [2, 5, 6], pattern(60)) }, /must have the shape 6x5x1, got 5x6x1/],
  ])('are refused %s', async (_, changes, message) => {
    const files = Object.fromEntries(
      Object.entries({ ...keras, ...changes }).filter(([, bytes]) => bytes !== undefined),
    );
    await expect(read(files)).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: expect.stringMatching(message),
    });
  });

  it('are refused where they are not there', async () => {
    await expect(read({ 'a.npy': keras['x_train.npy'] })).rejects.toThrow(
      /looked for x_train and y_train.*found a.npy/,
    );
  });

  it('are refused wherever one breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(keras) as (keyof typeof keras)[])),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (name, share) => {
          const cut = keras[name].subarray(0, Math.floor(share * keras[name].length));
          await expect(read({ ...keras, [name]: cut })).rejects.toMatchObject({ name: 'DatasetInvalid' });
        },
      ),
      { numRuns: 60 },
    );
  });
});
