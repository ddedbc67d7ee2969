/**
 * Image files made on the spot, and broken ones.
 *
 * @module
 */
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

/** A sharp edge: the left half black, the right half of one colour. */
export function picture(width: number, height: number, colour = '#ff8000'): sharp.Sharp {
  const right = { create: { width: width - Math.floor(width / 2), height, channels: 3 as const, background: colour } };
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite([{ input: right, left: Math.floor(width / 2), top: 0 }])
    .removeAlpha();
}

export const png = (width: number, height: number, colour?: string): Promise<Buffer> =>
  picture(width, height, colour).png().toBuffer();

export const greyPng = (width: number, height: number, pixels: Uint8Array): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

/** A small PNG whose header claims other sides, checksum and all. */
export async function forgedPng(width: number, height: number): Promise<Buffer> {
  const bytes = await png(4, 4);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}
