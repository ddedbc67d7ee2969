import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chooseCacheFolder, requireCacheFolder } from '../../workers/cache-folder';

const homeless = (): string => {
  throw new Error('A system error occurred: uv_os_homedir returned ENOENT (no such file or directory)');
};

test.each([
  [{ STEPWELL_CACHE: '/own', XDG_CACHE_HOME: '/shared' }, '/own'],
  [{ STEPWELL_CACHE: '', XDG_CACHE_HOME: '/shared' }, '/shared/stepwell'],
  [{ XDG_CACHE_HOME: '' }, '/home/somebody/.cache/stepwell'],
])('%j keeps its data in %s', (environment, folder) => {
  expect(chooseCacheFolder(environment, () => '/home/somebody')).toBe(folder);
});

test('a user with neither HOME nor an account is told what to set, and needs nothing once it is', () => {
  expect(() => chooseCacheFolder({}, homeless)).toThrow(
    /^the environment is invalid: STEPWELL_CACHE must be set to a folder where the user has no home folder$/,
  );
  expect(chooseCacheFolder({ STEPWELL_CACHE: '/own' }, homeless)).toBe('/own');
});

test('a cache folder that cannot be made is told with its place and its reason; one that can be is made', () => {
  const parent = mkdtempSync(path.join(tmpdir(), 'stepwell-cache-'));
  writeFileSync(path.join(parent, 'file'), '');
  expect(() => requireCacheFolder(path.join(parent, 'file', 'cache'))).toThrow(
    /STEPWELL_CACHE must be a folder that this user may write, got ".*\/file\/cache" \(ENOTDIR\)$/,
  );
  requireCacheFolder(path.join(parent, 'a', 'b'));
  expect(readdirSync(path.join(parent, 'a'))).toEqual(['b']);
});
