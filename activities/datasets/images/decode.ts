/**
 * A picture file as the pixels that a model sees. Whatever reads pictures goes through here, so that a model is asked
 * about the very pixels that it was trained on.
 *
 * @module
 */
import sharp from 'sharp';

export type ImageFit = 'cover' | 'contain' | 'stretch';

/** What a picture becomes: row-major [height, width, channels], values from 0 to 255. */
export interface ImageForm {
  readonly height: number;
  readonly width: number;
  /** 1 is grey, 3 are red, green and blue. */
  readonly channels: number;
  /** Of a picture with other sides: `cover` cuts what juts out, `contain` adds black bars, `stretch` distorts. */
  readonly fit: ImageFit;
}

/** Not a picture that can be read; the message says why. */
export class ImageInvalid extends Error {
  override readonly name = 'ImageInvalid';
}

/** Far more than a camera's, and far less than a forged header may claim. */
export const PIXELS_MAX = 100_000_000;

/** As the library's list of loaders names them: the others read documents, or call programs of their own. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif'];

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS.map((loader) => `VipsForeignLoad${loader}`) });
// Many pictures at a time keep the cores busier than many threads for one.
sharp.concurrency(1);
sharp.cache(false);

const FITS = { cover: 'cover', contain: 'contain', stretch: 'fill' } as const;

/**
 * PNG, JPEG, WebP, TIFF, or the first frame of a GIF; turned as its EXIF data say, what is transparent on black, 16 bits
 * to 8.
 *
 * @param picture Path of a file, or its bytes.
 * @param pixelsMax Of the picture as it is in the file.
 * @throws ImageInvalid for anything else, and for a broken or oversized one.
 */
export async function decodeImage(
  picture: string | Buffer,
  { height, width, channels, fit }: ImageForm,
  pixelsMax = PIXELS_MAX,
): Promise<Uint8Array> {
  try {
    const image = sharp(picture, { limitInputPixels: pixelsMax, failOn: 'truncated', autoOrient: true });
    const { data } = await image
      .flatten({ background: 'black' })
      .resize({ width, height, fit: FITS[fit], background: 'black' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return data;
  } catch (error) {
    throw new ImageInvalid(reasonOf(error as Error, pixelsMax), { cause: error });
  }
}

function reasonOf({ message }: Error, pixelsMax: number): string {
  if (/unsupported image format|operation is blocked|empty/i.test(message)) return 'is no PNG, JPEG, WebP, TIFF or GIF';
  if (/pixel limit/i.test(message)) return `has more than ${pixelsMax.toLocaleString('en')} pixels`;
  if (/missing/i.test(message)) return 'does not exist';
  return `is broken (${message.split('\n')[0]?.replace(/:?\s*$/, '')})`;
}
