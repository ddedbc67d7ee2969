/**
 * IDX files: MNIST, Fashion-MNIST and their kin, gzipped or not.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "The IDX file format".
 *
 * @module
 */
import { ByteReader, unzipped } from '../source/byte-reader';
import { DatasetInvalid } from '../errors';
import type { Source } from '../source/source';
import { BATCH_BYTES, IMAGE_BYTES_MAX } from './format';
import type { DatasetFormat, ExampleBatch, OpenedDataset, OpenedPart } from './format';
import { idxFiles, isTable } from './idx-files';
import type { IdxPair } from './idx-files';
import { readTargets } from './targets-csv';

/** Bytes 0, 0 and the code of uint8; the fourth byte counts the dimensions. */
const MAGIC_UINT8 = 0x0000_0800;
const LABEL_DIMENSIONS = [1] as const;
/** [examples, height, width], or [examples, height, width, channels] for colour. */
const IMAGE_DIMENSIONS = [3, 4] as const;
/** More is no image; most likely the channels are not last. */
const CHANNELS_MAX = 4;

type Shape = OpenedDataset['shape'];

interface IdxPart extends OpenedPart {
  readonly shape: Shape;
  /** Labels, or numbers row by row. */
  readonly labels: Uint8Array | Float32Array;
}

/**
 * Images in `train-images-idx3-ubyte` and labels in `train-labels-idx1-ubyte`, or numbers in `train-labels.csv`, with a
 * test part in `t10k-…` or `test-…`, or none.
 */
export const idx: DatasetFormat = {
  async open(source) {
    const files = await idxFiles(source);
    const train = await openPart(source, files.train);
    const test = files.test && (await openPart(source, files.test));
    if (test !== null) checkTest(test, train);
    const classNames = train.targets?.names ?? classNamesOf(train, test, files);
    return { shape: train.shape, classNames, train, test };
  },
};

function classNamesOf(
  train: IdxPart,
  test: IdxPart | null,
  files: { readonly train: IdxPair; readonly test: IdxPair | null },
): readonly string[] {
  const classes = largest(train.labels) + 1;
  if (classes < 2)
    throw new DatasetInvalid(`${files.train.labels} must have labels of at least 2 classes, got only label 0`);
  const wrong = test?.labels.findIndex((label) => label >= classes) ?? -1;
  if (wrong >= 0)
    throw new DatasetInvalid(
      `${files.test?.labels ?? ''} has a label out of range: labels of the training part are 0 to ${classes - 1}, got ${test?.labels[wrong]} at example ${wrong}`,
    );
  return Array.from({ length: classes }, (_, label) => String(label));
}

const largest = (labels: Iterable<number>): number => {
  let max = 0;
  for (const label of labels) max = Math.max(max, label);
  return max;
};

function checkTest(test: IdxPart, train: IdxPart): void {
  if (test.shape.join() !== train.shape.join())
    throw new DatasetInvalid(
      `train and test images must have the same shape, got train=${train.shape.join('x')}, test=${test.shape.join('x')}`,
    );
  if (test.targets?.names.join() !== train.targets?.names.join())
    throw new DatasetInvalid(
      `train and test labels must have the same columns, got train=${columnsOf(train)}, test=${columnsOf(test)}`,
    );
}

const columnsOf = ({ targets }: IdxPart): string => targets?.names.join(', ') ?? 'classes';

async function openPart(source: Source, { images, labels: labelFile }: IdxPair): Promise<IdxPart> {
  const { shape, examples, reader } = await openImages(source, images);
  await reader.close();
  const targets = isTable(labelFile) ? await readTargets(source, labelFile, examples) : undefined;
  const labels = targets?.values ?? (await readLabels(source, labelFile, { file: images, examples }));
  return {
    examples,
    shape,
    labels,
    ...(targets && { targets }),
    batches: () => readBatches(source, images, { labels, examples }, shape),
  };
}

/** Labels are held whole, so that their count is believed only where the images' header says the same. */
async function readLabels(
  source: Source,
  file: string,
  images: { readonly file: string; readonly examples: number },
): Promise<Uint8Array> {
  const reader = new ByteReader(unzipped(source.open(file), file), file);
  try {
    const [count = 0] = await readSizes(reader, file, LABEL_DIMENSIONS);
    if (count !== images.examples)
      throw new DatasetInvalid(
        `images and labels must be equally many, got ${images.file}=${images.examples}, ${file}=${count}`,
      );
    const labels = await reader.take(count, 8 + count);
    await reader.end();
    return labels;
  } finally {
    await reader.close();
  }
}

interface OpenedImages {
  /** After the header. */
  readonly reader: ByteReader;
  readonly examples: number;
  readonly shape: Shape;
  /** Of the whole file, unzipped. */
  readonly fileBytes: number;
}

async function openImages(source: Source, file: string): Promise<OpenedImages> {
  const reader = new ByteReader(unzipped(source.open(file), file), file);
  try {
    const sizes = await readSizes(reader, file, IMAGE_DIMENSIONS);
    const [examples = 0, height = 0, width = 0, channels = 1] = sizes;
    const imageBytes = height * width * channels;
    if (channels > CHANNELS_MAX)
      throw new DatasetInvalid(
        `${file} must have at most ${CHANNELS_MAX} channels, in its last dimension, got sizes ${sizes.join('x')}`,
      );
    if (imageBytes > IMAGE_BYTES_MAX)
      throw new DatasetInvalid(
        `${file} must have images of at most ${IMAGE_BYTES_MAX} bytes, got ${height}x${width}x${channels}`,
      );
    return {
      reader,
      examples,
      shape: [height, width, channels],
      fileBytes: 4 + 4 * sizes.length + examples * imageBytes,
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function* readBatches(
  source: Source,
  file: string,
  { labels, examples }: Pick<IdxPart, 'labels' | 'examples'>,
  shape: Shape,
): AsyncGenerator<ExampleBatch> {
  const { reader, ...now } = await openImages(source, file);
  try {
    if (now.examples !== examples || now.shape.join() !== shape.join())
      throw new DatasetInvalid(`${file} changed while it was read`);
    const imageBytes = shape[0] * shape[1] * shape[2];
    const batchExamples = Math.max(1, Math.floor(BATCH_BYTES / imageBytes));
    const perExample = labels.length / examples;
    for (let from = 0; from < examples; from += batchExamples) {
      const to = Math.min(examples, from + batchExamples);
      const images = await reader.take((to - from) * imageBytes, now.fileBytes);
      yield { images, labels: labels.subarray(from * perExample, to * perExample) };
    }
    await reader.end();
  } finally {
    await reader.close();
  }
}

/** The header: a magic number, then one size a dimension, all 4 bytes, most significant first. */
async function readSizes(reader: ByteReader, file: string, dimensions: readonly number[]): Promise<readonly number[]> {
  const magic = uint32(await reader.take(4), 0);
  if (!dimensions.some((count) => magic === MAGIC_UINT8 + count)) {
    const expected = dimensions.map((count) => hex(MAGIC_UINT8 + count)).join(' or ');
    throw new DatasetInvalid(`${file} has the wrong magic number: expected ${expected} (uint8 IDX), got ${hex(magic)}`);
  }
  const header = await reader.take(4 * (magic - MAGIC_UINT8));
  const sizes = Array.from({ length: magic - MAGIC_UINT8 }, (_, i) => uint32(header, 4 * i));
  if (sizes.includes(0)) throw new DatasetInvalid(`${file} is empty: its sizes are ${sizes.join('x')}`);
  return sizes;
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, false);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
