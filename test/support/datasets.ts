/**
 * Tiny data sets in the formats' own bytes, written into folders of their own.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileSource } from '../../activities/datasets/source/file-source';
import type { OpenedPart } from '../../activities/datasets/formats/format';
import type { Source } from '../../activities/datasets/source/source';

/** An IDX file: its header, then the bytes; sizes and dimensions as told, right or not. */
export function idxFile(sizes: readonly number[], bytes: Uint8Array, magic: number = 0x0800 + sizes.length): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic, 0);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, bytes]);
}

/** Bytes that differ from place to place. */
export function pattern(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (start + 7 * i) % 256);
}

/** The four files of an IDX set: `train` and `test` images of 3 x 2, labels 0, 1, 2, 0, ... */
export function idxSet(train = 10, test = 4): Record<string, Buffer> {
  const labels = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 3);
  return {
    'train-images-idx3-ubyte': idxFile([train, 3, 2], pattern(6 * train)),
    'train-labels-idx1-ubyte': idxFile([train], labels(train)),
    't10k-images-idx3-ubyte': idxFile([test, 3, 2], pattern(6 * test, 100)),
    't10k-labels-idx1-ubyte': idxFile([test], labels(test)),
  };
}

/** Records of CIFAR-10: a label and three planes of 32 x 32, red 1, green 2, blue 3, plus the record's number. */
export function cifarBatch(labels: readonly number[]): Buffer {
  return Buffer.concat(
    labels.map((label, i) =>
      Buffer.concat([
        Buffer.from([label]),
        Buffer.alloc(1024, 1 + i),
        Buffer.alloc(1024, 2 + i),
        Buffer.alloc(1024, 3 + i),
      ]),
    ),
  );
}

const folders: string[] = [];
afterAll(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A fresh folder with these files, by names that may hold folders; gone after the test file. */
export function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'stepwell-dataset-')));
  folders.push(folder);
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  return folder;
}

export function sourceOf(files: Readonly<Record<string, Uint8Array>>): Promise<Source> {
  const folder = folderOf(files);
  return fileSource(pathToFileURL(folder).href, [folder]);
}

/** Everything of a part in memory. */
export async function readAll(
  part: OpenedPart,
): Promise<{ readonly images: Buffer; readonly labels: readonly number[] }> {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for await (const batch of part.batches()) {
    images.push(batch.images);
    labels.push(...Array.from(batch.labels));
  }
  return { images: Buffer.concat(images), labels };
}
