import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedFile, PackedManifest, PackedSplit } from '../../datasets/packed/packed';
import { imagesAt, type ImageLocation, type ImageSource } from './image-files';
import type { ImageLocations } from './read-ahead';
import { datasetCorrupt } from '../failures';

/** The examples of a part: labels in memory, 4 bytes an example, or a target. */
export interface ExampleSet {
  readonly examples: number;
  readonly shape: readonly [number, number, number];
  readonly images: ImageSource;
  /** Classes by example; empty where these have targets. */
  readonly labels: Int32Array;
  /** Row-major [examples, targets]. */
  readonly targets?: Float32Array;
}

/** A packed data set on this machine's disk, with its labels in memory. */
export interface LoadedDataset {
  readonly manifest: PackedManifest;
  readonly train: ExampleSet;
  readonly test: ExampleSet | null;
  /** Where images are read from batch by batch; absent: an engine may hold them all. */
  readonly streamedFrom?: ImageLocations;
}

/**
 * Opens a packed data set. Images stay on the disk until an engine asks for them; for labels, the split and the order
 * of two passes a trainer needs 16 bytes an example.
 *
 * @param residentBytes Data sets with more bytes of images than this are streamed; 0 streams all.
 * @throws TrainingFailure of type DatasetCorrupt if a file is missing or of another size than its manifest says.
 */
export function loadDataset(folder: string, residentBytes = Number.POSITIVE_INFINITY): LoadedDataset {
  const manifest = JSON.parse(readBytes(folder, 'manifest.json').toString('utf8')) as PackedManifest;
  const parts = {
    manifest,
    train: loadSplit(folder, manifest, manifest.train),
    test: manifest.test === null ? null : loadSplit(folder, manifest, manifest.test),
  };
  if (imageBytesOf(parts) <= residentBytes) return parts;
  const at = ({ images: files }: PackedSplit): ImageLocation => ({
    folder,
    files,
    imageBytes: bytesOf(manifest.shape),
  });
  return { ...parts, streamedFrom: { train: at(manifest.train), test: manifest.test && at(manifest.test) } };
}

/** Bytes of all images. */
export const imageBytesOf = ({ train, test }: Pick<LoadedDataset, 'train' | 'test'>): number =>
  (train.examples + (test?.examples ?? 0)) * bytesOf(train.shape);

const bytesOf = ([height, width, channels]: PackedManifest['shape']): number => height * width * channels;

function loadSplit(folder: string, manifest: PackedManifest, split: PackedSplit): ExampleSet {
  const { shape, classes, hasTargets = false } = manifest;
  const { examples, images: files, labels: labelFiles } = split;
  const labelBytes = examples * (hasTargets ? classes : 1) * Int32Array.BYTES_PER_ELEMENT;
  checkSizes(folder, files, examples * bytesOf(shape));
  checkSizes(folder, labelFiles, labelBytes);
  const bytes = new Uint8Array(labelBytes);
  let offset = 0;
  for (const { file } of labelFiles) {
    const some = readBytes(folder, file);
    bytes.set(some, offset);
    offset += some.length;
  }
  const part = { examples, shape, images: imagesAt({ folder, files, imageBytes: bytesOf(shape) }) };
  if (hasTargets) return { ...part, labels: new Int32Array(), targets: finiteTargets(new Float32Array(bytes.buffer)) };
  const labels = new Int32Array(bytes.buffer);
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) throw datasetCorrupt(`packed label ${wrong} must be in [0, ${classes}), got ${labels[wrong]}`);
  return { ...part, labels };
}

function finiteTargets(targets: Float32Array): Float32Array {
  const wrong = targets.findIndex((target) => !Number.isFinite(target));
  if (wrong >= 0) throw datasetCorrupt(`packed target ${wrong} must be finite, got ${targets[wrong]}`);
  return targets;
}

/** What lies on the disk against the manifest, and the manifest against itself. */
function checkSizes(folder: string, files: readonly PackedFile[], expected: number): void {
  let sum = 0;
  for (const { file, bytes } of files) {
    const { size } = attempt(file, () => statSync(join(folder, file)));
    if (size !== bytes)
      throw datasetCorrupt(
        `packed file is of another size than its manifest says [file=${file}, bytes=${size}, expected=${bytes}]`,
      );
    sum += size;
  }
  if (sum !== expected) throw datasetCorrupt(`packed files hold ${sum} bytes, their manifest says ${expected}`);
}

const readBytes = (folder: string, file: string): Buffer => attempt(file, () => readFileSync(join(folder, file)));

function attempt<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw datasetCorrupt(`packed file cannot be read [file=${file}]`, { cause });
  }
}
