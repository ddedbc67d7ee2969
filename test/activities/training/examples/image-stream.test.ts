import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ImageFiles } from '../../../../activities/training/examples/image-files';
import { ImageStream } from '../../../../activities/training/examples/image-stream';
import type { ImageLocations } from '../../../../activities/training/examples/read-ahead';
import { folderOf, pattern } from '../../../support/datasets';
import { waitFor } from '../../../support/wait-for';

const IMAGE_BYTES = 6;
const TRAIN = 'train-images-00000.u8';
const FILES = [
  { file: TRAIN, examples: 5 },
  { file: 'train-images-00001.u8', examples: 4 },
  { file: 'train-images-00002.u8', examples: 1 },
];
const bytes = pattern(10 * IMAGE_BYTES);

/** Ten training images in three files, four test images in one. */
function world(): { readonly folder: string; readonly locations: ImageLocations } {
  const folder = folderOf({
    [TRAIN]: bytes.subarray(0, 30),
    'train-images-00001.u8': bytes.subarray(30, 54),
    'train-images-00002.u8': bytes.subarray(54),
    'test-images-00000.u8': pattern(24, 100),
  });
  const at = (files: ImageLocations['train']['files']): ImageLocations['train'] => ({
    folder,
    files,
    imageBytes: IMAGE_BYTES,
  });
  return { folder, locations: { train: at(FILES), test: at([{ file: 'test-images-00000.u8', examples: 4 }]) } };
}

const expected = (of: Uint8Array, indices: readonly number[]): number[] =>
  indices.flatMap((index) => [...of.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES)]);

const streams: ImageStream[] = [];
afterEach(() => streams.splice(0).forEach((stream) => stream.close()));

function streamOf(locations: ImageLocations): ImageStream {
  const stream = new ImageStream(locations);
  streams.push(stream);
  return stream;
}

describe('a stream of images', () => {
  it.each([[[0]], [[9, 0]], [[4, 5, 6]], [[3, 3, 4]], [[8, 9, 0, 1, 2, 3, 4, 5]], [[7, 2, 7, 2]], [[]]])(
    'reads %j from wherever in the files they lie',
    (indices) => {
      const stream = streamOf(world().locations);
      expect([...stream.read('train', Int32Array.from(indices))]).toEqual(expected(bytes, indices));
    },
  );

  it('gives the same bytes whatever was announced: as asked for, in another order, never asked for, or of the other part', () => {
    const stream = streamOf(world().locations);
    const batches = Array.from({ length: 40 }, (_, i) => [i % 10, (7 * i) % 10, (3 * i + 1) % 10]);
    batches.forEach((batch, i) => {
      stream.ahead('train', Int32Array.from(batches[i + 1] ?? batch));
      stream.ahead('test', Int32Array.of(i % 4));
      if (i % 3 === 0) stream.ahead('train', Int32Array.from(batch).reverse());
      expect([...stream.read('train', Int32Array.from(batch))]).toEqual(expected(bytes, batch));
      if (i % 5 === 0)
        expect([...stream.read('test', Int32Array.of(i % 4))]).toEqual(expected(pattern(24, 100), [i % 4]));
    });
  });

  it('has what was announced in memory by the time it is asked for, though its own thread was blocked meanwhile', async () => {
    const { folder, locations } = world();
    const file = path.join(folder, TRAIN);
    const stream = streamOf(locations);
    const blocked = new Int32Array(new SharedArrayBuffer(4));
    // While the thread is still starting there is nothing ahead, and the cut file shows.
    const images = await waitFor('a batch is read ahead', () => {
      writeFileSync(file, bytes.subarray(0, 30));
      stream.ahead('train', Int32Array.of(4, 1));
      Atomics.wait(blocked, 0, 0, 100);
      truncateSync(file, 0);
      try {
        return [...stream.read('train', Int32Array.of(4, 1))];
      } catch {
        return undefined;
      }
    });
    expect(images).toEqual(expected(bytes, [4, 1]));
  });

  it('names the file that was cut off or removed, even if its batch was read ahead in vain', async () => {
    const { folder, locations } = world();
    const stream = streamOf(locations);
    expect(stream.read('train', Int32Array.of(0, 6))).toHaveLength(12);
    truncateSync(path.join(folder, 'train-images-00001.u8'), 8);
    for (const announced of [false, true]) {
      if (announced) stream.ahead('train', Int32Array.of(6, 0));
      const failure = {
        failure: 'TrainerCrashed',
        message: 'packed file ends too early [file=train-images-00001.u8, expected at least 12 bytes]',
      };
      expect(() => stream.read('train', Int32Array.of(6, 0))).toThrow(expect.objectContaining(failure));
    }
    rmSync(path.join(folder, 'test-images-00000.u8'));
    expect(() => stream.read('test', Int32Array.of(0))).toThrow(
      'packed file cannot be read [file=test-images-00000.u8]',
    );
  });

  it('goes on with a file that was cut off and then replaced', () => {
    const { folder, locations } = world();
    const stream = streamOf(locations);
    const file = path.join(folder, TRAIN);
    const whole = readFileSync(file);
    stream.read('train', Int32Array.of(4));
    truncateSync(file, 0);
    rmSync(file);
    writeFileSync(file, whole);
    expect([...stream.read('train', Int32Array.of(3))]).toEqual(expected(bytes, [3]));
  });

  it('can be read from again after it was closed', () => {
    const stream = streamOf(world().locations);
    stream.ahead('train', Int32Array.of(1));
    stream.close();
    expect([...stream.read('train', Int32Array.of(1))]).toEqual(expected(bytes, [1]));
  });
});

describe('image files', () => {
  it('hold more than can be open at a time', () => {
    const names = Array.from({ length: 600 }, (_, i) => `train-images-${String(i).padStart(5, '0')}.u8`);
    const folder = folderOf(Object.fromEntries(names.map((name, i) => [name, Uint8Array.of(i % 256)])));
    const files = new ImageFiles({ folder, files: names.map((file) => ({ file, examples: 1 })), imageBytes: 1 });
    const all = Int32Array.from({ length: 600 }, (_, i) => i);
    for (const indices of [all, all.slice().reverse()]) {
      const target = new Uint8Array(600);
      files.read(indices, target);
      expect([...target]).toEqual([...indices].map((index) => index % 256));
    }
    files.close();
  });

  it('refuse an example that there is none of', () => {
    const files = new ImageFiles(world().locations.train);
    expect(() => files.read(Int32Array.of(10), new Uint8Array(IMAGE_BYTES))).toThrow(
      'example must be in [0, 10), got 10',
    );
  });
});
