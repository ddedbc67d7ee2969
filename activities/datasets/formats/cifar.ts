/**
 * CIFAR-10 in its binary version.
 *
 * Source: A. Krizhevsky, "The CIFAR-10 dataset", section "Binary version"; "Learning Multiple Layers of Features from
 * Tiny Images", 2009.
 *
 * @module
 */
import { ByteReader } from '../source/byte-reader';
import { DatasetInvalid } from '../errors';
import type { Source } from '../source/source';
import { cifarFiles } from './cifar-files';
import type { CifarFile } from './cifar-files';
import { BATCH_BYTES } from './format';
import type { DatasetFormat, ExampleBatch, OpenedPart } from './format';

const SIDE = 32;
const PLANE_BYTES = SIDE * SIDE;
const CHANNELS = 3;
/** What is before the red, the green and the blue plane of each image. */
export interface RecordLabels {
  readonly bytes: number;
  /** Which of them is the label. */
  readonly at: number;
}

const ONE_LABEL: RecordLabels = { bytes: 1, at: 0 };

export const recordBytes = (labels: RecordLabels): number => labels.bytes + CHANNELS * PLANE_BYTES;

export const RECORD_BYTES = recordBytes(ONE_LABEL);

export const CIFAR_SHAPE = [SIDE, SIDE, CHANNELS] as const;
const CLASSES_DEFAULT = 10;
const CLASSES_MAX = 256;
/** Far more than the names of all classes take. */
const NAMES_BYTES_MAX = 64 * 1024;

/**
 * `data_batch_1.bin` and so on, `test_batch.bin` and `batches.meta.txt`, in the folder or in its
 * `cifar-10-batches-bin`.
 *
 * Classes are those named in `batches.meta.txt`, else CIFAR-10's ten. Batches may have any number of images, but all
 * the same, so that one cut short between two images shows.
 */
export const cifar: DatasetFormat = {
  async open(source) {
    const files = await cifarFiles(source, RECORD_BYTES);
    const classNames = files.names === null ? defaultNames() : await readNames(source, files.names);
    return {
      shape: CIFAR_SHAPE,
      classNames,
      train: partOf(source, files.train, { classes: classNames.length, labels: ONE_LABEL }),
      test: files.test && partOf(source, [files.test], { classes: classNames.length, labels: ONE_LABEL }),
    };
  },
};

function defaultNames(): readonly string[] {
  return Array.from({ length: CLASSES_DEFAULT }, (_, label) => String(label));
}

export async function readNames(source: Source, file: string): Promise<readonly string[]> {
  const reader = new ByteReader(source.open(file), file);
  try {
    const text = Buffer.from(await reader.rest(NAMES_BYTES_MAX)).toString('utf8');
    const names = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (names.length < 2 || names.length > CLASSES_MAX)
      throw new DatasetInvalid(`${file} must name 2 to ${CLASSES_MAX} classes, a line each, got ${names.length}`);
    return names;
  } finally {
    await reader.close();
  }
}

interface Records {
  readonly classes: number;
  readonly labels: RecordLabels;
}

export function partOf(source: Source, files: readonly CifarFile[], of: Records): OpenedPart {
  return {
    examples: files.reduce((sum, { records }) => sum + records, 0),
    async *batches() {
      for (const file of files) yield* readBatches(source, file, of);
    },
  };
}

async function* readBatches(
  source: Source,
  { name, records }: CifarFile,
  { classes, labels }: Records,
): AsyncGenerator<ExampleBatch> {
  const reader = new ByteReader(source.open(name), name);
  try {
    const size = recordBytes(labels);
    const batchRecords = Math.floor(BATCH_BYTES / size);
    for (let from = 0; from < records; from += batchRecords) {
      const count = Math.min(batchRecords, records - from);
      const batch = unpack(await reader.take(count * size, records * size), count, labels);
      const wrong = batch.labels.findIndex((label) => label >= classes);
      if (wrong >= 0)
        throw new DatasetInvalid(
          `${name} has a label out of range: expected 0 to ${classes - 1}, got ${batch.labels[wrong]} at example ${from + wrong}`,
        );
      yield batch;
    }
    await reader.end();
  } finally {
    await reader.close();
  }
}

/** From planes to pixels. */
function unpack(
  bytes: Uint8Array,
  count: number,
  own: RecordLabels,
): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  const images = new Uint8Array(count * CHANNELS * PLANE_BYTES);
  const labels = new Uint8Array(count);
  let to = 0;
  for (let record = 0; record < count; record++) {
    const start = record * recordBytes(own);
    labels[record] = bytes[start + own.at]!;
    for (let pixel = start + own.bytes; pixel < start + own.bytes + PLANE_BYTES; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) images[to++] = bytes[pixel + channel * PLANE_BYTES]!;
    }
  }
  return { images, labels };
}
