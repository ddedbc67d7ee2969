import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedFile, PackedManifest, PackedSplit } from '../datasets/packed';
import { datasetCorrupt } from './failures';
import type { ExampleSet } from './step-engine';

/** A packed data set in memory. */
export interface LoadedDataset {
  readonly manifest: PackedManifest;
  readonly train: ExampleSet;
  readonly test: ExampleSet | null;
}

/** Reads a packed data set. @throws TrainingFailure of type DatasetCorrupt if a file is missing or of another size than its manifest says. */
export function loadDataset(folder: string): LoadedDataset {
  const manifest = JSON.parse(readBytes(folder, 'manifest.json').toString('utf8')) as PackedManifest;
  return { manifest, train: loadSplit(folder, manifest, manifest.train), test: manifest.test === null ? null : loadSplit(folder, manifest, manifest.test) };
}

function loadSplit(folder: string, { shape, classes }: PackedManifest, split: PackedSplit): ExampleSet {
  const images = concatenate(folder, split.images, split.examples * shape[0] * shape[1] * shape[2]);
  const bytes = concatenate(folder, split.labels, split.examples * Int32Array.BYTES_PER_ELEMENT);
  const labels = new Int32Array(bytes.buffer, bytes.byteOffset, split.examples);
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) throw datasetCorrupt(`packed label ${wrong} must be in [0, ${classes}), got ${labels[wrong]}`);
  return { examples: split.examples, shape, images, labels };
}

/** The files' bytes in a row. */
function concatenate(folder: string, files: readonly PackedFile[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const { file } of files) {
    const bytes = readBytes(folder, file);
    if (offset + bytes.length > size) throw datasetCorrupt(`packed file is longer than its manifest says [file=${file}, bytes=${bytes.length}]`);
    joined.set(bytes, offset);
    offset += bytes.length;
  }
  if (offset !== size) throw datasetCorrupt(`packed files hold ${offset} bytes, their manifest says ${size}`);
  return joined;
}

function readBytes(folder: string, file: string): Buffer {
  try {
    return readFileSync(join(folder, file));
  } catch (cause) {
    throw datasetCorrupt(`packed file cannot be read [file=${file}]`, { cause });
  }
}
