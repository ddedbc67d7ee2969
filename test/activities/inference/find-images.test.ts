import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findImages } from '../../../activities/inference/find-images';

const NAMES = ['cat', 'dog', '7'];

function folderWith(...names: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-find-'));
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), '');
  }
  return folder;
}

test('images come in order, labelled by the nearest folder that is called as a class', async () => {
  const folder = folderWith('test/dog/b.png', 'test/dog/a.JPG', 'test/7/deep/c.webp', 'cat/birds/d.gif', 'e.tif');
  const { images } = await findImages([folder], NAMES);
  expect(images.map(({ file, expected }) => [path.relative(folder, file), expected])).toEqual([
    ['cat/birds/d.gif', 'cat'],
    ['e.tif', undefined],
    ['test/7/deep/c.webp', '7'],
    ['test/dog/a.JPG', 'dog'],
    ['test/dog/b.png', 'dog'],
  ]);
});

test('a folder around the one that is named is no label', async () => {
  const folder = path.join(folderWith('cat/a.png'), 'cat');
  expect((await findImages([folder], NAMES)).images[0]?.expected).toBeUndefined();
});

test('what is no picture by its name is told, hidden files are passed over, and a named file is taken as it is', async () => {
  const folder = folderWith('.DS_Store', '._a.png', '.git/x.png', 'readme.md', 'picture');
  const named = path.join(folder, 'picture');
  const found = await findImages([folder, named, path.join(folder, 'none')], NAMES);
  expect(found.images.map(({ file }) => file)).toEqual([named]);
  expect(found.skipped.map(({ file, reason }) => [path.basename(file), reason])).toEqual([
    ['picture', 'is no PNG, JPEG, WebP, TIFF or GIF by its name'],
    ['readme.md', 'is no PNG, JPEG, WebP, TIFF or GIF by its name'],
    ['none', 'does not exist'],
  ]);
});

test('a link to the folder around it leads round in no circle', async () => {
  const folder = folderWith('cat/a.png');
  symlinkSync(folder, path.join(folder, 'cat', 'again'));
  expect((await findImages([folder], NAMES)).images).toHaveLength(1);
});
