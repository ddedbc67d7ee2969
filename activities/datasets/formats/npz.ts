/**
 * Images and labels as arrays of NumPy's, together in a `.npz` or each in a `.npy`: `x_train` and `y_train`, as Keras
 * names them, or `train_images` and `train_labels`, as MedMNIST does.
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';
import { zipSource } from '../source/zip-source';
import { BATCH_BYTES, IMAGE_BYTES_MAX } from './format';
import type { DatasetFormat, ExampleBatch, OpenedDataset, OpenedPart } from './format';
import { meaningOf } from './npz-labels';
import type { PartLabels } from './npz-labels';
import { openArray, readValues } from './npy-array';
import { partNamed } from './part-names';
import type { PartName } from './part-names';

const NAME = /^(?:(x|y)_([a-z]+)|([a-z]+)_(images|labels))\.npy$/i;
const CHANNELS_MAX = 4;

type Shape = OpenedDataset['shape'];

interface ImageArray {
  readonly file: string;
  readonly examples: number;
  readonly shape: Shape;
  /** Channels come before height and width. */
  readonly isPlanar: boolean;
}

/**
 * Images are uint8, [examples, height, width] or with channels last or first. Labels are whole numbers from 0, one an
 * image or one-hot; whole numbers in several columns are labels, and floats numbers.
 */
export const npz: DatasetFormat = {
  async open(given) {
    const source = await arraysIn(given);
    const pairs = await pairsIn(source);
    const images = new Map<PartName, ImageArray>();
    const labels = new Map<PartName, PartLabels>();
    for (const [part, pair] of pairs) {
      const array = await imageArray(source, pair.images);
      images.set(part, array);
      labels.set(part, { file: pair.labels, ...(await readValues(source, pair.labels, array.examples)) });
    }
    const { shape } = images.get('train')!;
    for (const { file, shape: own } of images.values())
      if (own.join() !== shape.join())
        throw new DatasetInvalid(`all images must have the shape ${shape.join('x')}, got ${own.join('x')} in ${file}`);
    const { classNames, hasTargets, of } = meaningOf(labels);
    const open = (...parts: readonly PartName[]): OpenedPart => {
      const own = parts.filter((part) => images.has(part));
      const pieces = own.map((part) => ({ array: images.get(part)!, labels: of(part) }));
      return {
        examples: pieces.reduce((sum, { array }) => sum + array.examples, 0),
        ...(hasTargets && {
          targets: { names: classNames, values: Float32Array.from(pieces.flatMap((piece) => [...piece.labels])) },
        }),
        async *batches() {
          for (const piece of pieces) yield* batchesOf(source, piece.array, piece.labels);
        },
      };
    };
    const validation = images.get('validation');
    return {
      shape,
      classNames,
      train: open('train', 'validation'),
      test: images.has('test') ? open('test') : null,
      ...(validation && { validationExamples: validation.examples }),
    };
  },
};

async function arraysIn(source: Source): Promise<Source> {
  const names = await source.list();
  const archives = names.filter((name) => /^[^.].*\.npz$/i.test(name));
  if (names.some((name) => NAME.test(name)) || archives.length === 0) return source;
  if (archives.length > 1)
    throw new DatasetInvalid(
      `folder must hold one .npz file [uri=${source.uri}], got ${shownNames(archives)}; name one as dataset.uri`,
    );
  return zipSource(source, archives[0]!);
}

interface Pair {
  readonly images: string;
  readonly labels: string;
}

async function pairsIn(source: Source): Promise<ReadonlyMap<PartName, Pair>> {
  const names = await source.list();
  const found = new Map<PartName, Partial<Pair>>();
  for (const name of names) {
    const [, axis, after = '', before = after, kind = axis?.toLowerCase() === 'x' ? 'images' : 'labels'] =
      NAME.exec(name) ?? [];
    const part = partNamed(before);
    if (part !== undefined) found.set(part, { ...found.get(part), [kind.toLowerCase()]: name });
  }
  const pairs = new Map<PartName, Pair>();
  for (const [part, { images, labels }] of found) {
    if (images === undefined || labels === undefined)
      throw new DatasetInvalid(
        `npz data set has ${images ?? labels ?? ''} without its ${images === undefined ? 'images' : 'labels'} [uri=${source.uri}]; found ${shownNames(names)}`,
      );
    pairs.set(part, { images, labels });
  }
  if (!pairs.has('train'))
    throw new DatasetInvalid(
      `npz data set lacks arrays [uri=${source.uri}]: looked for x_train and y_train, or train_images and train_labels; found ${shownNames(names)}`,
    );
  return pairs;
}

async function imageArray(source: Source, file: string): Promise<ImageArray> {
  const { header, reader } = await openArray(source, file);
  await reader.close();
  const [examples = 0, a = 0, b = 0, c] = header.shape;
  const found = `got ${header.type} of shape (${header.shape.join(', ')})`;
  if (header.type !== '|u1')
    throw new DatasetInvalid(
      `${file} must have images as uint8, ${found}; from floats in 0 to 1 save (x * 255).round().astype('uint8')`,
    );
  if (header.shape.length < 3 || header.shape.length > 4)
    throw new DatasetInvalid(`${file} must have examples, height, width and perhaps channels, ${found}`);
  const isPlanar = c !== undefined && c > CHANNELS_MAX && a <= CHANNELS_MAX;
  const shape: Shape = isPlanar ? [b, c, a] : [a, b, c ?? 1];
  if (shape[2] > CHANNELS_MAX || shape[0] * shape[1] * shape[2] > IMAGE_BYTES_MAX)
    throw new DatasetInvalid(
      `${file} must have at most ${CHANNELS_MAX} channels, first or last, and ${IMAGE_BYTES_MAX} bytes an image, ${found}`,
    );
  return { file, examples, shape, isPlanar };
}

async function* batchesOf(
  source: Source,
  { file, examples, shape, isPlanar }: ImageArray,
  labels: Int32Array | Float32Array,
): AsyncGenerator<ExampleBatch> {
  const { reader, headerBytes } = await openArray(source, file);
  try {
    const imageBytes = shape[0] * shape[1] * shape[2];
    const perBatch = Math.max(1, Math.floor(BATCH_BYTES / imageBytes));
    const perExample = labels.length / examples;
    for (let from = 0; from < examples; from += perBatch) {
      const to = Math.min(examples, from + perBatch);
      const bytes = await reader.take((to - from) * imageBytes, headerBytes + examples * imageBytes);
      yield {
        images: isPlanar ? channelsLast(bytes, shape) : bytes,
        labels: labels.subarray(from * perExample, to * perExample),
      };
    }
    await reader.end();
  } finally {
    await reader.close();
  }
}

function channelsLast(planes: Uint8Array, [height, width, channels]: Shape): Uint8Array {
  const pixels = height * width;
  const images = new Uint8Array(planes.length);
  for (let to = 0; to < images.length; to++) {
    const image = Math.floor(to / (pixels * channels));
    const within = to % (pixels * channels);
    images[to] = planes[image * pixels * channels + (within % channels) * pixels + Math.floor(within / channels)]!;
  }
  return images;
}
