/**
 * From the bytes of an image file to the pixels of an example.
 *
 * Pixels are those of the installed sharp and libvips: of another version they may differ in the last bit, and are then
 * another packed data set.
 *
 * @module
 */
import type { Sharp } from 'sharp';
import type { ImageFit } from '../../../workflows/words/study';
import { DatasetInvalid } from '../errors';
import { imageKindOf } from './image-kinds';

/** A file that holds no image that can be read; its message says what is wrong, without the file's name. */
export class ImageInvalid extends Error {
  override readonly name = 'ImageInvalid';
}

/** Far more than a camera's, and far less than a forged header may claim. */
export const PIXELS_MAX = 100_000_000;

/** Larger files than any camera makes of one image. */
export const FILE_BYTES_MAX = 128 * 1024 * 1024;

/** As the library's list of loaders names them: the others read documents, or call programs of their own. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif'];

const FITS = { cover: 'cover', contain: 'contain', stretch: 'fill' } as const satisfies Record<ImageFit, string>;

/** What an image becomes: row-major [height, width, channels], values from 0 to 255. */
export interface ImageForm {
  readonly height: number;
  readonly width: number;
  /** 1 is grey, 3 are red, green and blue. */
  readonly channels: number;
  readonly fit: ImageFit;
}

export interface ImageHeader {
  /** As it is seen: turned as its EXIF orientation says. */
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
}

/** @throws ImageInvalid @param bytes The whole file, or as much of it as holds its header. */
export async function readHeader(bytes: Uint8Array): Promise<ImageHeader> {
  const { autoOrient, space } = await broken(PIXELS_MAX, async () => (await opened(bytes, PIXELS_MAX)).metadata());
  return { height: autoOrient.height, width: autoOrient.width, isGrey: space === 'b-w' || space === 'grey16' };
}

/**
 * Row-major [height, width, channels] in sRGB or grey, 8 bits: of the first picture of several, turned as its EXIF
 * orientation says, what is transparent on white.
 *
 * @throws ImageInvalid
 */
export async function decodeImage(
  bytes: Uint8Array,
  { height, width, channels, fit }: ImageForm,
  pixelsMax = PIXELS_MAX,
): Promise<Uint8Array> {
  const { data, info } = await broken(pixelsMax, async () =>
    (await opened(bytes, pixelsMax))
      .resize({ height, width, fit: FITS[fit], background: 'black' })
      .flatten({ background: 'white' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== channels)
    throw new ImageInvalid(`has ${info.channels} channels where there must be ${channels}`);
  return data;
}

async function opened(bytes: Uint8Array, pixelsMax: number): Promise<Sharp> {
  const kind = imageKindOf(bytes);
  if ('not' in kind) throw new ImageInvalid(kind.not);
  const sharp = await loaded();
  return sharp(bytes, { autoOrient: true, failOn: 'error', limitInputPixels: pixelsMax });
}

let sharpOnce: Promise<typeof import('sharp')> | undefined;

/** Only where images are read: an installation without it reads everything else. */
function loaded(): Promise<typeof import('sharp')> {
  return (sharpOnce ??= import('sharp').then(
    ({ default: sharp }) => {
      sharp.block({ operation: ['VipsForeignLoad'] });
      sharp.unblock({ operation: LOADERS.map((loader) => `VipsForeignLoad${loader}`) });
      // Images are decoded beside each other, a thread each, and none twice.
      sharp.concurrency(1);
      sharp.cache(false);
      return sharp;
    },
    (cause: unknown) => {
      sharpOnce = undefined;
      throw new DatasetInvalid(
        'images are read by the package sharp, which does not load here; run npm install --include=optional sharp on this kind of machine',
        { cause },
      );
    },
  ));
}

async function broken<T>(pixelsMax: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ImageInvalid || error instanceof DatasetInvalid) throw error;
    const said = error.message.split('\n')[0]!;
    throw new ImageInvalid(
      /pixel limit/.test(said)
        ? `has more than ${pixelsMax.toLocaleString('en')} pixels; make it smaller`
        : `is truncated or corrupt (${said})`,
      { cause: error },
    );
  }
}
