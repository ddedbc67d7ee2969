import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newScratchFolder } from '../../../activities/trial/scratch-folder';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'stepwell-scratch-'));
});
afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
  jest.restoreAllMocks();
});

function abandoned(name: string): string {
  const folder = path.join(cache, 'scratch', name);
  mkdirSync(folder, { recursive: true });
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
  utimesSync(folder, twoDaysAgo, twoDaysAgo);
  return folder;
}

test('what was abandoned is looked for by the first attempt, and again a minute later, not before every one', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  const first = abandoned('first');
  const live = await newScratchFolder(cache);
  expect([existsSync(first), existsSync(live)]).toEqual([false, true]);
  const second = abandoned('second');
  clock.mockReturnValue(60_999);
  await newScratchFolder(cache);
  expect(existsSync(second)).toBe(true);
  clock.mockReturnValue(61_000);
  await newScratchFolder(cache);
  expect([existsSync(second), existsSync(live)]).toEqual([false, true]);
});

test('a cache that somebody emptied is made again', async () => {
  await newScratchFolder(cache);
  rmSync(path.join(cache, 'scratch'), { recursive: true });
  expect(existsSync(await newScratchFolder(cache))).toBe(true);
});
