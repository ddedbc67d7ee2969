import { appendFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { ensureDataset } from '../../../../activities/datasets/packed/cache';
import { pinDataset } from '../../../../activities/datasets/packed/pin';
import { memoryStore } from '../../../../activities/storage/memory';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import { folderOf, idxSet, pattern } from '../../../support/datasets';
import { imagesOf } from '../../../support/images';

/** Ten training and four test images of 6 bytes, packed. */
async function packed(): Promise<string> {
  const store = memoryStore();
  const folder = folderOf(idxSet());
  const dataset = await pinDataset(
    { store, fileRoots: [folder] },
    { format: 'idx', uri: folder, validationFraction: 0.2 },
    1,
    { onProgress: () => undefined },
  );
  return ensureDataset(store, dataset, folderOf({}));
}

describe('a packed data set', () => {
  it('is streamed if its images take more than the budget, and by none of its other parts', async () => {
    const folder = await packed();
    const streamed = [Infinity, 84, 83, 0].map(
      (residentBytes) => loadDataset(folder, residentBytes).streamedFrom !== undefined,
    );
    expect(streamed).toEqual([false, false, true, true]);
    const { train, test, streamedFrom } = loadDataset(folder, 0);
    expect([...imagesOf(train)]).toEqual([...pattern(60)]);
    expect([...imagesOf(test!)]).toEqual([...pattern(24, 100)]);
    expect(streamedFrom?.test).toMatchObject({
      folder,
      imageBytes: 6,
      files: [{ file: 'test-images-00000.u8', examples: 4 }],
    });
  });

  it.each<[string, (folder: string) => void, string]>([
    [
      'images cut off',
      (folder) => truncateSync(path.join(folder, 'train-images-00000.u8'), 59),
      'packed file is of another size than its manifest says [file=train-images-00000.u8, bytes=59, expected=60]',
    ],
    [
      'labels too many',
      (folder) => appendFileSync(path.join(folder, 'test-labels-00000.i32'), 'more'),
      'packed file is of another size than its manifest says [file=test-labels-00000.i32, bytes=20, expected=16]',
    ],
    [
      'a file missing',
      (folder) => rmSync(path.join(folder, 'test-images-00000.u8')),
      'packed file cannot be read [file=test-images-00000.u8]',
    ],
    [
      'no manifest',
      (folder) => rmSync(path.join(folder, 'manifest.json')),
      'packed file cannot be read [file=manifest.json]',
    ],
  ])('with %s is refused by the name of the file, streamed or not', async (_, damage, message) => {
    const folder = await packed();
    damage(folder);
    for (const residentBytes of [Infinity, 0])
      expect(() => loadDataset(folder, residentBytes)).toThrow(
        expect.objectContaining({ failure: 'DatasetCorrupt', message }),
      );
  });
});
