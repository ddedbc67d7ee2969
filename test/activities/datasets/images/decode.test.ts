import sharp from 'sharp';
import { decodeImage } from '../../../../activities/datasets/images/decode';
import type { ImageForm } from '../../../../activities/datasets/images/decode';

const GREY: ImageForm = { height: 2, width: 2, channels: 1, fit: 'cover' };
const COLOUR: ImageForm = { ...GREY, channels: 3 };

const raw = (values: readonly number[], width: number, channels: 1 | 2 | 3 | 4): sharp.Sharp =>
  sharp(Buffer.from(values), { raw: { width, height: values.length / width / channels, channels } });

const decoded = async (image: sharp.Sharp, form: ImageForm): Promise<readonly number[]> => [
  ...(await decodeImage(await image.toBuffer(), form)),
];

test('pixels of an image of the right size come as they are, grey ones as red, green and blue too', async () => {
  const image = raw([0, 128, 255, 64], 2, 1).png();
  expect(await decoded(image, GREY)).toEqual([0, 128, 255, 64]);
  expect(await decoded(image, COLOUR)).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255, 64, 64, 64]);
});

test.each(['jpeg', 'webp', 'tiff', 'gif'] as const)('%s is read', async (format) => {
  const [dark, bright] = await decoded(raw([0, 0, 255, 255], 2, 1).toFormat(format, { quality: 100 }), {
    ...GREY,
    width: 1,
  });
  expect(dark).toBeLessThan(16);
  expect(bright).toBeGreaterThan(239);
});

test('16 bits become 8, what is transparent lies on white, a palette is resolved', async () => {
  const deep = sharp(new Uint16Array([0, 65_535, 32_896, 16_448]), { raw: { width: 2, height: 2, channels: 1 } });
  expect(await decoded(deep.toColourspace('grey16').png(), GREY)).toEqual([0, 255, 128, 64]);
  const half = raw([255, 0, 0, 128, 0, 255, 0, 255], 2, 4).png();
  expect(await decoded(half, { ...COLOUR, height: 1 })).toEqual([255, 127, 127, 0, 255, 0]);
  const indexed = raw([255, 0, 0, 0, 0, 255], 2, 3).png({ palette: true });
  expect(await decoded(indexed, { ...COLOUR, height: 1 })).toEqual([255, 0, 0, 0, 0, 255]);
});

test('an image is turned as its EXIF data say', async () => {
  const upright = raw([0, 255], 1, 1).withMetadata({ orientation: 3 }).png();
  expect(await decoded(upright, { ...GREY, width: 1 })).toEqual([255, 0]);
});

test('cover cuts, contain adds black bars, stretch distorts', async () => {
  const wide = raw([0, 100, 100, 0, 0, 100, 100, 0], 4, 1).png();
  expect(await decoded(wide, GREY)).toEqual([100, 100, 100, 100]);
  const [left = 0] = await decoded(wide, { ...GREY, fit: 'stretch' });
  expect(left).toBeGreaterThan(20);
  expect(left).toBeLessThan(80);
  const square = { ...GREY, height: 4, width: 4 };
  expect(await decoded(wide, { ...square, fit: 'contain' })).toEqual(
    [
      [0, 0, 0, 0],
      [0, 100, 100, 0],
      [0, 100, 100, 0],
      [0, 0, 0, 0],
    ].flat(),
  );
});

describe('refused is', () => {
  const sound = raw(
    Array.from({ length: 4096 }, (_, i) => (i * 37) % 256),
    64,
    1,
  ).png();

  test.each([
    ['text', () => Buffer.from('hello'), /./],
    ['nothing', () => Buffer.alloc(0), /./],
    ['a drawing', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /^is no PNG/],
    ['a document', () => Buffer.from('%PDF-1.4\n%âãÏÓ\n'), /^is no PNG/],
    ['half of an image', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), /^is broken \(/],
    ['a header alone', (bytes: Buffer) => bytes.subarray(0, 33), /^is broken \(/],
    ['an image of more pixels than allowed', (bytes: Buffer) => bytes, /^has more than 1,000 pixels$/],
  ])('%s', async (_name, spoil, reason) => {
    const bytes = spoil(await sound.toBuffer());
    await expect(decodeImage(bytes, GREY, 1_000)).rejects.toMatchObject({ name: 'ImageInvalid', message: reason });
  });

  test('a PNG whose header claims 30,000 x 30,000 pixels, before memory is asked for them', async () => {
    const bomb = await sound.toBuffer();
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    const before = process.memoryUsage.rss();
    await expect(decodeImage(bomb, GREY)).rejects.toMatchObject({ name: 'ImageInvalid' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  });
});
