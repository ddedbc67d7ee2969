import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { folders } from '../../../../activities/datasets/formats/folders';
import type { DatasetOptions } from '../../../../activities/datasets/formats/format';
import { describeDataset, pinDataset } from '../../../../activities/datasets/packed/pin';
import { splitIndices } from '../../../../activities/datasets/packed/split';
import { fileSource } from '../../../../activities/datasets/source/file-source';
import { openSource } from '../../../../activities/datasets/source/source';
import { memoryStore } from '../../../../activities/storage/memory';
import { folderOf, readAll, sourceOf } from '../../../support/datasets';
import { forgedPng, greyPng, picture, png } from '../../../support/image-files';

type Files = Readonly<Record<string, Uint8Array>>;

const SMALL: DatasetOptions = { image: { size: [4, 6], fit: 'cover', channels: 'rgb', skipBroken: 0 } };

async function read(files: Files, options?: DatasetOptions) {
  const opened = await folders.open(await sourceOf(files), options);
  return { ...opened, train: await readAll(opened.train), test: opened.test && (await readAll(opened.test)) };
}

const refusal = (message: RegExp) => ({ name: 'DatasetInvalid', message: expect.stringMatching(message) });

describe('a folder of images', () => {
  it('has a class a folder, in the order of the names, and the pixels of the files', async () => {
    const pixels = Uint8Array.from({ length: 6 }, (_, i) => 40 * i);
    const found = await read({
      'b-dog/2.png': await greyPng(3, 2, new Uint8Array(6)),
      'b-dog/10.png': await greyPng(3, 2, pixels),
      'a-cat/inner/1.png': await greyPng(3, 2, new Uint8Array(6).fill(255)),
      'a-cat/notes.txt': Buffer.from('x'),
    });
    expect(found).toMatchObject({ shape: [2, 3, 1], classNames: ['a-cat', 'b-dog'], test: null });
    expect(found.train.labels).toEqual([0, 1, 1]);
    expect([...found.train.images]).toEqual([...new Uint8Array(6).fill(255), ...pixels, ...new Uint8Array(6)]);
  });

  it('reads PNG, JPEG, WebP, TIFF and the first frame of a GIF, whatever their names end in', async () => {
    const of = (): sharp.Sharp => picture(12, 8, '#fff');
    const found = await read(
      {
        'a/1.png': await of().png().toBuffer(),
        'a/2.JPEG': await of().jpeg().toBuffer(),
        'a/3.webp': await of().webp({ lossless: true }).toBuffer(),
        'b/4.tif': await of().tiff().toBuffer(),
        'b/5.gif': await of().gif().toBuffer(),
        'b/6.jpg': await of().png({ palette: true }).toBuffer(),
        'b/7.png': await of().toColourspace('rgb16').png().toBuffer(),
      },
      { image: { size: [8, 12], fit: 'cover', channels: 'grey', skipBroken: 0 } },
    );
    for (let image = 0; image < 7; image++) {
      const pixels = found.train.images.subarray(96 * image, 96 * (image + 1));
      expect([pixels[1]! < 16, pixels[10]! > 240]).toEqual([true, true]);
    }
  });

  it('is turned as its EXIF orientation says, also where sizes are compared', async () => {
    const turned = await picture(8, 4).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const found = await read({ 'a/1.jpg': turned, 'b/1.png': await png(4, 8) });
    expect(found.shape).toEqual([8, 4, 3]);
    // The bright right half has become the lower one.
    expect(found.train.images[0]! < 64 && found.train.images[7 * 4 * 3]! > 192).toBe(true);
  });

  it.each([
    ['cover', 255, 255],
    ['contain', 0, 255],
    ['stretch', 255, 255],
  ] as const)('fits other proportions by %s', async (fit, corner, middle) => {
    const white = await sharp({ create: { width: 8, height: 4, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const { train } = await read(
      { 'a/1.png': white, 'b/1.png': white },
      { image: { size: [4, 4], fit, channels: 'grey', skipBroken: 0 } },
    );
    expect([train.images[0], train.images[9]]).toEqual([corner, middle]);
  });

  it('shows what is transparent on white', async () => {
    const clear = { create: { width: 4, height: 4, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } } };
    const { train } = await read({ 'a/1.png': await sharp(clear).png().toBuffer(), 'b/1.png': await png(4, 4) });
    expect(train.images[0]).toBe(255);
  });

  it('passes over what systems leave beside the images', async () => {
    const { train } = await read({
      'a/1.png': await png(4, 4),
      'a/._1.png': Buffer.of(0),
      'b/1.png': await png(4, 4),
      'b/Thumbs.db': Buffer.of(0),
      '__MACOSX/b/._1.png': Buffer.of(0),
      '.cache/1.png': Buffer.of(0),
    });
    expect(train.labels).toEqual([0, 1]);
  });

  it('may lie in a bucket, and be given and packed twice to the same bytes', async () => {
    const files: Files = { 'cats/1.png': await png(9, 9), 'dogs/1.jpg': await picture(9, 9).jpeg().toBuffer() };
    const many = Object.fromEntries(
      Object.entries(files).flatMap(([name, bytes]) =>
        Array.from({ length: 9 }, (_, i) => [name.replace('1', String(i)), bytes]),
      ),
    );
    const bucket = memoryStore();
    for (const [name, bytes] of Object.entries(many)) await bucket.put(name, bytes);
    const folder = folderOf(many);
    const pin = async (uri: string) =>
      pinDataset(
        { store: memoryStore(), fileRoots: [folder], openBucket: () => bucket },
        { format: 'folders', uri, validationFraction: 0.2 },
        1,
        { onProgress: () => undefined },
      );
    const [here, there] = [await pin(folder), await pin('s3://photos/pets')];
    expect(there.sha256).toBe(here.sha256);
    expect(here).toMatchObject({ shape: [9, 9, 3], classes: 2, split: { trainExamples: 10, validationExamples: 4 } });
  });

  it('has another content at another size', async () => {
    const folder = folderOf({ 'a/1.png': await png(9, 9), 'a/2.png': await png(9, 9), 'b/1.png': await png(9, 9) });
    const shas = await Promise.all(
      ([undefined, [4, 4], [4, 5]] as const).map(async (size) => {
        const image = { fit: 'cover' as const, skipBroken: 0, ...(size && { size }) };
        const spec = { format: 'folders', uri: folder, validationFraction: 0.34, image };
        const dependencies = { store: memoryStore(), fileRoots: [folder] };
        return (await pinDataset(dependencies, spec, 1, { onProgress: () => undefined })).sha256;
      }),
    );
    expect(new Set(shas).size).toBe(3);
  });
});

describe('a folder with train, val and test', () => {
  it('has these parts: its own validation examples validate, and no others', async () => {
    const of = async (value: number): Promise<Buffer> => greyPng(2, 2, new Uint8Array(4).fill(value));
    const files = {
      'train/a/1.png': await of(1),
      'train/a/2.png': await of(2),
      'train/b/3.png': await of(3),
      'train/b/4.png': await of(4),
      'Valid/b/5.png': await of(5),
      'Valid/a/6.png': await of(6),
      'test/b/7.png': await of(7),
    };
    const found = await read(files);
    expect(found).toMatchObject({
      classNames: ['a', 'b'],
      validationExamples: 2,
      train: { labels: [0, 0, 1, 1, 0, 1] },
      test: { labels: [1] },
    });
    expect([...found.train.images].filter((_, i) => i % 4 === 0)).toEqual([1, 2, 3, 4, 6, 5]);
    const described = await describeDataset({ format: 'folders', uri: folderOf(files), validationFraction: 0.5 }, 3, {
      fileRoots: ['/'],
    });
    expect(described).toMatchObject({ trainPart: 4, testPart: 1, split: { trainExamples: 4, validationFrom: 'end' } });
    const { train, validation, test } = splitIndices(described.split);
    expect([[...train].sort(), [...validation], [...test]]).toEqual([[0, 1, 2, 3], [4, 5], [0]]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a stranger beside train', ['train/a/1.png', 'train/b/1.png', 'cats/1.png'], /beside train only .* got cats/],
    ['no train', ['val/a/1.png', 'test/b/1.png'], /lacks train\/class\/image .*found the folders test, val/],
    [
      'a class that train lacks',
      ['train/a/1.png', 'train/b/1.png', 'test/c/1.png'],
      /training part lacks .*: c; classes are a, b/,
    ],
    [
      'an image in no class',
      ['train/a/1.png', 'train/b/1.png', 'train/1.png'],
      /train\/1.png lies in no class's folder/,
    ],
    ['one class', ['train/a/1.png'], /at least 2 classes .* got only a/],
  ])('is refused with %s', async (_, names, message) => {
    const image = await png(4, 4);
    await expect(read(Object.fromEntries(names.map((name) => [name, image])))).rejects.toMatchObject(refusal(message));
  });
});

describe('a folder of images is refused', () => {
  it('where sizes differ and none is given, with their spread and a size that works', async () => {
    const files = { 'a/1.png': await png(40, 30), 'a/2.png': await png(64, 50), 'b/1.png': await png(20, 33) };
    const why = await read(files).catch((error: Error) => error);
    expect(why).toMatchObject(
      refusal(/height 30 to 50 \(median 33\), width 20 to 64 .*image: \{ size: \[16, 16\], fit: cover \}/),
    );
    await expect(read(files, { image: { size: [16, 16], fit: 'cover', skipBroken: 0 } })).resolves.toMatchObject({
      shape: [16, 16, 3],
    });
  });

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ['empty', async () => Buffer.alloc(0), /a\/x.png is empty/],
    [
      'a truncated JPEG',
      async () => (await picture(40, 40).jpeg().toBuffer()).subarray(0, -200),
      /a\/x.png is truncated/,
    ],
    [
      'a JPEG header alone',
      async () => (await picture(40, 40).jpeg().toBuffer()).subarray(0, 12),
      /is truncated or corrupt/,
    ],
    ['a truncated PNG', async () => (await png(4, 6)).subarray(0, -30), /a\/x.png is truncated/],
    ['of 30,000 x 30,000 pixels by its header', () => forgedPng(30_000, 30_000), /has more than 100,000,000 pixels/],
    ['a web page', async () => Buffer.from('<!DOCTYPE html><html>'), /is an HTML page, not an image/],
    ['a drawing', async () => Buffer.from('<svg width="9" height="9"/>'), /is an SVG drawing/],
    [
      'a bitmap',
      async () => Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0'),
      /is a BMP image, which is not read; convert it/,
    ],
    ['something else', async () => Buffer.from('%PDF-1.7'), /is no image by its first bytes/],
  ])('where a file is %s', async (_, broken, message) => {
    const files = { 'a/1.png': await png(4, 6), 'a/x.png': await broken(), 'b/1.png': await png(4, 6) };
    await expect(read(files)).rejects.toMatchObject(refusal(message));
    await expect(read(files, SMALL)).rejects.toMatchObject(refusal(message));
  });

  it('names the first broken files and counts all, with the share that would leave them out', async () => {
    const image = await png(4, 4);
    const files: Record<string, Buffer> = { 'a/ok.png': image, 'b/ok.png': image };
    for (let i = 10; i < 30; i++) files[`b/${i}.png`] = image.subarray(0, i % 2 === 0 ? 50 : undefined);
    const why = (await read(files, SMALL).catch((error: Error) => error)) as Error;
    expect(why).toMatchObject(refusal(/^10 of 22 image files cannot be read .*b\/10.png is truncated/));
    expect(why.message).toMatch(
      /and 2 more; mend or remove them, or leave them out with image: \{ skipBroken: 0.455 \}/,
    );
    const skip = (skipBroken: number): DatasetOptions => ({ image: { ...SMALL.image!, skipBroken } });
    await expect(read(files, skip(0.4))).rejects.toMatchObject(refusal(/more than image.skipBroken=0.4 allows/));
    expect((await read(files, skip(0.455))).train.labels).toEqual([0, ...Array<number>(11).fill(1)]);
  });

  it('where a link leads out of what may be read, or round in a circle', async () => {
    const secret = folderOf({ 'x.png': await png(4, 4) });
    for (const target of [secret, path.join(secret, 'x.png'), '..']) {
      const folder = folderOf({ 'a/1.png': await png(4, 4), 'b/1.png': await png(4, 4) });
      symlinkSync(target, path.join(folder, 'b', 'link.png'));
      const source = await fileSource(pathToFileURL(folder).href, [folder]);
      await expect(folders.open(source)).rejects.toMatchObject(
        refusal(/STEPWELL_FILE_ROOTS|a link to a folder around it/),
      );
    }
  });

  it('where it holds no images, with what it holds', async () => {
    await expect(read({ 'a/1.txt': Buffer.of(1) })).rejects.toMatchObject(refusal(/has no images .*found a\/1.txt/));
    const source = await openSource('s3://empty', { fileRoots: [], openBucket: memoryStore });
    await expect(folders.open(source)).rejects.toMatchObject(refusal(/found no files/));
  });

  it('where a format whose images have a size is given another', async () => {
    const spec = { format: 'idx', uri: '/', validationFraction: 0.2, image: SMALL.image! };
    await expect(describeDataset(spec, 1, { fileRoots: ['/'] })).rejects.toMatchObject(
      refusal(/dataset.image must be left out with format idx; it belongs to folders, table/),
    );
  });
});
