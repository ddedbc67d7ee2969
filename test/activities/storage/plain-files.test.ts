import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sha256Of } from '../../../activities/content-hash';
import { plainFiles } from '../../../activities/storage/plain-files';

const folder = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-plain-')), 'bucket', 'v1');
const store = plainFiles(folder, 's3://bucket/v1/');

function put(key: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, key)), { recursive: true });
  writeFileSync(path.join(folder, key), text);
}

beforeAll(() => {
  for (const key of ['studies/a/study.json', 'studies/a/model/card.json', 'studies/ab/study.json', 'trials/x'])
    put(key, key);
  writeFileSync(path.join(folder, '..', '..', 'secret'), 'secret');
});

test('keys are listed below any prefix, in order', async () => {
  const keys = async (prefix: string): Promise<readonly string[]> => (await store.list(prefix)).map(({ key }) => key);
  expect(await keys('studies/a')).toEqual([
    'studies/a/model/card.json',
    'studies/a/study.json',
    'studies/ab/study.json',
  ]);
  expect(await keys('studies/a/')).toEqual(['studies/a/model/card.json', 'studies/a/study.json']);
  expect(await keys('none/')).toEqual([]);
  expect(await keys('')).toHaveLength(4);
});

test('objects are read whole, in part, and into a file', async () => {
  const text = async (range?: { readonly from: number; readonly count: number }): Promise<string> =>
    Buffer.from((await store.get('trials/x', range))?.bytes ?? []).toString();
  expect(await text()).toBe('trials/x');
  expect(await text({ from: 2, count: 3 })).toBe('ial');
  expect(await text({ from: 6, count: 30 })).toBe('/x');
  const file = path.join(folder, '..', 'copy');
  expect(await store.getFile('trials/x', file)).toEqual({ bytes: 8, sha256: sha256Of(Buffer.from('trials/x')) });
  expect(readFileSync(file, 'utf8')).toBe('trials/x');
});

test('what is not there is undefined: folders and keys below files too', async () => {
  for (const key of ['none', 'studies/a', 'studies/a/', 'trials/x/y', ''])
    expect([await store.get(key), await store.head(key), await store.getFile(key, null)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
});

test('nothing outside is read, and nothing is written', async () => {
  await expect(store.get('../../secret')).rejects.toMatchObject({ name: 'StorageDenied' });
  await expect(store.put('a', Buffer.from('a'))).rejects.toMatchObject({ name: 'StorageDenied' });
  await expect(store.delete(['trials/x'])).rejects.toThrow('stepwell up');
});
