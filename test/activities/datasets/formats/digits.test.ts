import path from 'node:path';
import { fileSource } from '../../../../activities/datasets/source/file-source';
import { idx } from '../../../../activities/datasets/formats/idx';
import { describeDataset } from '../../../../activities/datasets/packed/pin';
import { readAll } from '../../../support/datasets';

const FOLDER = path.resolve(__dirname, '../../../../examples/data/digits');

describe('the digits of the examples', () => {
  it('are 1,797 images of 8 x 8 in ten classes', async () => {
    const { shape, classNames, train, test } = await idx.open(await fileSource(FOLDER, [FOLDER]));
    expect({ shape, classes: classNames.length, train: train.examples, test: test?.examples }).toEqual({
      shape: [8, 8, 1],
      classes: 10,
      train: 1437,
      test: 360,
    });
  });

  it('have the pixels and labels that Python reads from the same files', async () => {
    const { train, test } = await idx.open(await fileSource(FOLDER, [FOLDER]));
    const parts = [await readAll(train), await readAll(test!)];
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    // python: gzip.decompress(open(f,'rb').read())[16:] and [8:], summed.
    expect(parts.map(({ images, labels }) => [sum(images), sum(labels)])).toEqual([
      [7163212, 6424],
      [1790589, 1646],
    ]);
  });

  it('are described without being packed', async () => {
    const spec = { format: 'idx', uri: `file://${FOLDER}`, validationFraction: 0.2 };
    expect(await describeDataset(spec, 17, { fileRoots: ['/'] })).toMatchObject({
      shape: [8, 8, 1],
      classes: 10,
      trainPart: 1437,
      testPart: 360,
      split: { trainExamples: 1150, validationExamples: 287, testExamples: 360, testFrom: 'test' },
    });
  });
});
