/**
 * The one size that all examples have: what is asked for, else what all files have.
 *
 * @module
 */
import type { ImageSpec } from '../../../workflows/spec';
import type { ImageFit } from '../../../workflows/words/study';
import { CONCURRENT_MAX, mapInOrder } from '../../concurrency';
import { DatasetInvalid } from '../errors';
import { ByteReader } from '../source/byte-reader';
import type { Source } from '../source/source';
import type { DatasetOptions, OpenedDataset } from '../formats/format';
import type { BrokenFile } from './broken-files';
import { FILE_BYTES_MAX, ImageInvalid, readHeader } from './decode';
import type { ImageHeader } from './decode';

/** Most files have their header in it; of the others all is read. */
const HEADER_BYTES = 256 * 1024;

interface Found {
  readonly shape: OpenedDataset['shape'];
  /** Those without a header; none where no header was asked for. */
  readonly broken: readonly BrokenFile[];
}

/** @throws DatasetInvalid where sizes differ and none is asked for, or no file has one. */
export async function shapeOf(
  source: Source,
  files: readonly string[],
  { size, channels, fit }: ImageSpec,
  onExamined?: DatasetOptions['onExamined'],
): Promise<Found> {
  if (size !== undefined && channels !== undefined)
    return { shape: [...size, channels === 'grey' ? 1 : 3], broken: [] };
  const headers: ImageHeader[] = [];
  const broken: BrokenFile[] = [];
  for await (const found of mapInOrder(files, CONCURRENT_MAX, (file) => headerOf(source, file))) {
    if ('why' in found) broken.push(found);
    else headers.push(found);
    onExamined?.(headers.length + broken.length, files.length);
  }
  const isGrey = channels === undefined ? headers.every((header) => header.isGrey) : channels === 'grey';
  const first = headers[0];
  if (first === undefined) return { shape: [1, 1, 1], broken };
  if (size === undefined && headers.some(({ height, width }) => height !== first.height || width !== first.width))
    throw differing(source, headers, fit);
  return { shape: [...(size ?? ([first.height, first.width] as const)), isGrey ? 1 : 3], broken };
}

/** Proposed is a square no larger than most images, so that few are made larger than they are. */
function differing(source: Source, headers: readonly ImageHeader[], fit: ImageFit): DatasetInvalid {
  const spread = (side: 'height' | 'width'): string => {
    const sides = headers.map((header) => header[side]).sort((a, b) => a - b);
    return `${side} ${sides[0]!} to ${sides[sides.length - 1]!} (median ${sides[Math.floor(sides.length / 2)]!})`;
  };
  const short = headers.map(({ height, width }) => Math.min(height, width)).sort((a, b) => a - b);
  const typical = short[Math.floor(short.length / 4)]!;
  const proposed = Math.max(8, Math.min(PROPOSED_MAX, 8 * Math.floor(typical / 8)));
  return new DatasetInvalid(
    `image files differ in size [uri=${source.uri}]: ${spread('height')}, ${spread('width')}; set the size of the examples, e.g. dataset.image: { size: [${proposed}, ${proposed}], fit: ${fit} }`,
  );
}

/** Larger ones take hours on processors. */
const PROPOSED_MAX = 96;

async function headerOf(source: Source, file: string): Promise<BrokenFile | ImageHeader> {
  const bytes = await source.bytes(file);
  const head = await read(source, file, Math.min(bytes, HEADER_BYTES));
  try {
    return await readHeader(head).catch(async (error: unknown) => {
      if (bytes <= HEADER_BYTES) throw error;
      return readHeader(await read(source, file, bytes));
    });
  } catch (error) {
    if (error instanceof ImageInvalid) return { file, why: error.message };
    throw error;
  }
}

async function read(source: Source, file: string, count: number): Promise<Uint8Array> {
  if (count === 0) return new Uint8Array(0);
  const reader = new ByteReader(source.open(file, { from: 0, count }), file);
  try {
    return await reader.rest(FILE_BYTES_MAX);
  } finally {
    await reader.close();
  }
}
