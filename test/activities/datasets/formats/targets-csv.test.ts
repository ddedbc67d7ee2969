import { idx } from '../../../../activities/datasets/formats/idx';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import { ensureDataset } from '../../../../activities/datasets/packed/cache';
import { pinDataset } from '../../../../activities/datasets/packed/pin';
import { memoryStore } from '../../../../activities/storage/memory';
import { folderOf, idxSet, sourceOf } from '../../../support/datasets';

const table = (lines: readonly string[]): Buffer => Buffer.from(['age,"height, cm"', ...lines, ''].join('\n'));

/** Ten training and four test images, the numbers of image i being i / 4 and -i. */
const numbered = (count: number): Buffer => table(Array.from({ length: count }, (_, i) => `${i / 4},-${i}`));

function filesWith(train: Buffer, test: Buffer = numbered(4)): Record<string, Buffer> {
  const { 'train-labels-idx1-ubyte': _, 't10k-labels-idx1-ubyte': __, ...images } = idxSet() as Record<string, Buffer>;
  return { ...images, 'train-labels.csv': train, 't10k-labels.csv': test };
}

const opened = async (files: Record<string, Buffer>) => idx.open(await sourceOf(files));

describe('a table in the place of labels', () => {
  it('gives images their numbers, in the order of its lines, through shards of any size', async () => {
    const folder = folderOf(filesWith(numbered(10)));
    for (const shardBytes of [1, 14, 1e6]) {
      const store = memoryStore();
      const spec = { format: 'idx', uri: folder, validationFraction: 0.2 } as const;
      const dataset = await pinDataset({ store, fileRoots: [folder] }, spec, 1, {
        onProgress: () => undefined,
        shardBytes,
      });
      expect(dataset).toMatchObject({ classes: 2, targets: [{ name: 'age', isLabel: false }, { name: 'height, cm' }] });
      const { manifest, train, test } = loadDataset(await ensureDataset(store, dataset, folderOf({})));
      expect(manifest).toMatchObject({ classNames: ['age', 'height, cm'], hasTargets: true });
      expect([...train.targets!]).toEqual(Array.from({ length: 10 }, (_, i) => [i / 4, -i]).flat());
      expect([...test!.targets!]).toEqual(Array.from({ length: 4 }, (_, i) => [i / 4, -i]).flat());
      expect(train.labels).toHaveLength(0);
    }
  });

  it.each([
    ['a line too few', numbered(9), /train-labels.csv must have a line for each image .* 10 lines, got 9/],
    ['a word', table([...Array.from({ length: 9 }, () => '1,2'), '1,tall']), /got "tall" as height, cm of image 9/],
    ['an empty cell', table([...Array.from({ length: 9 }, () => '1,2'), '1,']), /must hold numbers, got ""/],
    ['a number beyond float32', table([...Array.from({ length: 9 }, () => '1,2'), '1e99,1']), /got "1e99" as age/],
    ['nothing', Buffer.from(''), /train-labels.csv: the file is empty/],
  ])('with %s is refused', async (_, train, message) => {
    await expect(opened(filesWith(train))).rejects.toThrow(message);
  });

  it('of a test part with other columns, or beside labels, is refused', async () => {
    await expect(opened(filesWith(numbered(10), Buffer.from('age\n1\n2\n3\n4\n')))).rejects.toThrow(
      /train and test labels must have the same columns, got train=age, height, cm, test=age/,
    );
    await expect(opened({ ...idxSet(), 'train-labels.csv': numbered(10) })).rejects.toThrow(
      /folder must hold one of .*train-labels.csv/,
    );
  });
});
