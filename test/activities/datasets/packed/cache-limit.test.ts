import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { forgetLeastUsed, holdDataset } from '../../../../activities/datasets/packed/cache-limit';
import { waitFor } from '../../../support/wait-for';

const cache = mkdtempSync(path.join(tmpdir(), 'stepwell-cache-limit-'));
afterAll(() => rmSync(cache, { recursive: true }));

/** A data set of 1,000 bytes, last used so many hours ago. */
function dataset(name: string, hoursAgo: number): string {
  const folder = path.join(cache, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'train-images-00000.u8'), Buffer.alloc(900));
  writeFileSync(path.join(folder, 'manifest.json'), Buffer.alloc(100));
  const then = Date.now() / 1000 - hoursAgo * 3600;
  utimesSync(path.join(folder, 'manifest.json'), then, then);
  return folder;
}

test('the least used data sets are forgotten, until the others fit', async () => {
  const folders = [dataset('a', 3), dataset('b', 40), dataset('c', 20), dataset('d', 1)];
  await forgetLeastUsed(cache, 4000);
  expect(folders.map((folder) => existsSync(folder))).toEqual([true, true, true, true]);
  await forgetLeastUsed(cache, 2500);
  expect(folders.map((folder) => existsSync(folder))).toEqual([true, false, false, true]);
});

test('one in use is never forgotten, however long it is held', async () => {
  const [held, other] = [dataset('held', 50), dataset('other', 1)];
  const release = holdDataset(held);
  await waitFor('the use is noted', async () => {
    const { mtimeMs } = await stat(path.join(held, 'manifest.json'));
    return Date.now() - mtimeMs < 60_000 ? true : undefined;
  });
  await forgetLeastUsed(cache, 0);
  release();
  expect([existsSync(held), existsSync(other)]).toEqual([true, false]);
});

test('a cache that is not there yet has nothing to forget', async () => {
  await expect(forgetLeastUsed(path.join(cache, 'none'), 0)).resolves.toBeUndefined();
});
