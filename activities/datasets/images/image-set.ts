/**
 * Image files and what is said of them, as a data set.
 *
 * @module
 */
import type { ImageSpec } from '../../../workflows/spec';
import { CONCURRENT_MAX, mapInOrder } from '../../concurrency';
import { DatasetInvalid } from '../errors';
import { ByteReader } from '../source/byte-reader';
import type { Source } from '../source/source';
import { BATCH_BYTES, IMAGE_BYTES_MAX } from '../formats/format';
import type { DatasetOptions, ExampleBatch, OpenedDataset, OpenedPart } from '../formats/format';
import { brokenFiles } from './broken-files';
import type { BrokenFile } from './broken-files';
import { decodeImage, FILE_BYTES_MAX, ImageInvalid } from './decode';
import { shapeOf } from './image-shape';

export interface ImageFiles {
  readonly files: readonly string[];
  /** In [0, classes), one a file; or its targets, row by row. */
  readonly labels: Int32Array | Float32Array;
}

export interface ImageSet {
  readonly classNames: readonly string[];
  readonly hasTargets: boolean;
  readonly train: ImageFiles;
  readonly validation: ImageFiles | null;
  readonly test: ImageFiles | null;
}

type Shape = OpenedDataset['shape'];

/** @throws DatasetInvalid where files differ in size and none is asked for, or more are broken than may be. */
export async function openImageSet(source: Source, set: ImageSet, options: DatasetOptions): Promise<OpenedDataset> {
  const image = options.image ?? { fit: 'cover', skipBroken: 0 };
  const files = [set.train, set.validation, set.test].flatMap((part) => part?.files ?? []);
  const { shape, broken: headless } = await shapeOf(source, files, image, options.onExamined);
  if (shape[0] * shape[1] * shape[2] > IMAGE_BYTES_MAX)
    throw new DatasetInvalid(
      `examples must have at most ${IMAGE_BYTES_MAX} bytes, got ${shape.join('x')} [uri=${source.uri}]; set image.size`,
    );
  const broken = image.skipBroken > 0 ? await brokenAmong(source, files, shape, { ...options, image }) : headless;
  if (broken.length > image.skipBroken * files.length)
    throw brokenFiles(source, broken, files.length, image.skipBroken);
  const without = new Set(broken.map(({ file }) => file));
  const perFile = set.hasTargets ? set.classNames.length : 1;
  const [train, validation, test] = [set.train, set.validation, set.test].map(
    (part) => part && sound(part, without, perFile),
  );
  const trainAndValidation = joined(train!, validation ?? null);
  const open = (part: ImageFiles): OpenedPart => partOf(source, part, { set, shape, image });
  return {
    shape,
    classNames: set.classNames,
    train: open(trainAndValidation),
    test: test ? open(test) : null,
    ...(validation && { validationExamples: validation.files.length }),
  };
}

/** All that cannot be decoded, found by decoding all. */
async function brokenAmong(
  source: Source,
  files: readonly string[],
  shape: Shape,
  { image, onExamined }: DatasetOptions & { readonly image: ImageSpec },
): Promise<readonly BrokenFile[]> {
  const broken: BrokenFile[] = [];
  let examined = 0;
  for await (const found of mapInOrder(files, CONCURRENT_MAX, (file) => decoded(source, file, shape, image))) {
    if ('why' in found) broken.push(found);
    onExamined?.((examined += 1), files.length);
  }
  return broken;
}

function sound({ files, labels }: ImageFiles, without: ReadonlySet<string>, perFile: number): ImageFiles {
  if (without.size === 0) return { files, labels };
  const kept = files.map((file) => !without.has(file));
  return { files: files.filter((_, i) => kept[i]), labels: labels.filter((_, i) => kept[Math.floor(i / perFile)]) };
}

function joined(first: ImageFiles, second: ImageFiles | null): ImageFiles {
  if (second === null) return first;
  const length = first.labels.length + second.labels.length;
  const labels = first.labels instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  labels.set(first.labels);
  labels.set(second.labels, first.labels.length);
  return { files: [...first.files, ...second.files], labels };
}

interface Opening {
  readonly set: ImageSet;
  readonly shape: Shape;
  readonly image: ImageSpec;
}

function partOf(source: Source, part: ImageFiles, opening: Opening): OpenedPart {
  const { labels, files } = part;
  const { hasTargets, classNames } = opening.set;
  return {
    examples: files.length,
    ...(hasTargets && { targets: { names: classNames, values: Float32Array.from(labels) } }),
    batches: () => batchesOf(source, part, opening),
  };
}

/** A broken file is black, and told of at the end with all others: who mends them wants to know them all. */
async function* batchesOf(
  source: Source,
  { files, labels }: ImageFiles,
  { shape, image }: Opening,
): AsyncGenerator<ExampleBatch> {
  const imageBytes = shape[0] * shape[1] * shape[2];
  const perBatch = Math.max(1, Math.floor(BATCH_BYTES / imageBytes));
  const perFile = labels.length / files.length;
  const broken: BrokenFile[] = [];
  let from = 0;
  let images = new Uint8Array(0);
  let filled = 0;
  for await (const found of mapInOrder(files, CONCURRENT_MAX, (file) => decoded(source, file, shape, image))) {
    if (filled === 0) images = new Uint8Array(Math.min(perBatch, files.length - from) * imageBytes);
    if ('why' in found) broken.push(found);
    else images.set(found.pixels, filled * imageBytes);
    filled += 1;
    if (filled * imageBytes < images.length) continue;
    yield { images, labels: labels.subarray(from * perFile, (from + filled) * perFile) };
    from += filled;
    filled = 0;
  }
  if (broken.length > 0) throw brokenFiles(source, broken, files.length, image.skipBroken);
}

async function decoded(
  source: Source,
  file: string,
  [height, width, channels]: Shape,
  { fit }: ImageSpec,
): Promise<BrokenFile | { readonly pixels: Uint8Array }> {
  const reader = new ByteReader(source.open(file), file);
  try {
    return { pixels: await decodeImage(await reader.rest(FILE_BYTES_MAX), { height, width, channels, fit }) };
  } catch (error) {
    if (error instanceof ImageInvalid) return { file, why: error.message };
    throw error;
  } finally {
    await reader.close();
  }
}
