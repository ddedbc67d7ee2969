import { FORMATS } from '../../../../activities/datasets/formats';
import { readAll, sourceOf } from '../../../support/datasets';

/** A superclass, a class, and planes of 1, 2 and 3. */
const records = (...labels: readonly (readonly [coarse: number, fine: number])[]): Buffer =>
  Buffer.concat(
    labels.map((pair) => Buffer.concat([Buffer.from(pair), ...[1, 2, 3].map((n) => Buffer.alloc(1024, n))])),
  );

const set = { 'train.bin': records([4, 30], [1, 99]), 'test.bin': records([19, 0]) };

const read = async (format: 'cifar100' | 'cifar100-coarse', files: Readonly<Record<string, Uint8Array>>) => {
  const { classNames, shape, train, test } = await FORMATS[format].open(await sourceOf(files));
  return { classNames, shape, train: await readAll(train), test: test && (await readAll(test)) };
};

describe('a cifar100 data set', () => {
  it.each([
    ['cifar100', 100, [30, 99], [0]],
    ['cifar100-coarse', 20, [4, 1], [19]],
  ] as const)('has the labels and pixels of %s', async (format, classes, train, test) => {
    const found = await read(format, set);
    expect(found).toMatchObject({ shape: [32, 32, 3], train: { labels: train }, test: { labels: test } });
    expect(found.classNames).toHaveLength(classes);
    expect([...found.train.images.subarray(0, 6)]).toEqual([1, 2, 3, 1, 2, 3]);
    expect(found.train.images).toHaveLength(2 * 3072);
  });

  it('takes names of classes, from the folder of its archive too', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    const files = { ...set, 'fine_label_names.txt': Buffer.from(names.join('\n')) };
    const inFolder = Object.entries(files).map(([name, bytes]) => [`cifar-100-binary/${name}`, bytes]);
    expect((await read('cifar100', Object.fromEntries(inFolder))).classNames).toEqual(names);
  });

  it('is refused with a label out of range, bytes too few, or no files', async () => {
    const refused = async (files: Readonly<Record<string, Uint8Array>>, message: RegExp) =>
      expect(read('cifar100-coarse', files)).rejects.toMatchObject({
        name: 'DatasetInvalid',
        message: expect.stringMatching(message),
      });
    await refused({ 'train.bin': records([20, 0]) }, /expected 0 to 19, got 20 at example 0/);
    await refused({ 'train.bin': set['train.bin'].subarray(1) }, /multiple of 3074 bytes, e.g. 6148, got 6147/);
    await refused({ 'data_batch_1.bin': Buffer.of(1) }, /lacks train.bin .*found data_batch_1.bin/);
    await expect(FORMATS.cifar.open(await sourceOf(set))).rejects.toThrow(
      /may be CIFAR-100: set dataset.format to cifar100/,
    );
  });
});
