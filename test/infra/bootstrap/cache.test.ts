import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createSandbox, load } from './sandbox';
import type { Context, Sandbox } from './sandbox';

const cache = load<{
  createWorkFolder(context: Context): string;
  createBuildFolder(context: Context, temporaryFolder?: string): string;
  publish(workPath: string, finalPath: string): void;
  clearAbandonedWork(context: Context, whose: { ownPid?: number }): void;
  writeFileAtomically(file: string, content: string): void;
  readJson(file: string): unknown;
  fingerprint(file: string): string | undefined;
}>('cache.cjs');
const { chooseCacheFolder, createContext } = load<{
  chooseCacheFolder(environment: NodeJS.ProcessEnv, home?: () => string): string;
  createContext(settings: object): Context;
}>('context.cjs');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

test('the cache folder is STEPWELL_CACHE, else in the XDG cache folder, else in ~/.cache', () => {
  const environment = { STEPWELL_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' };
  expect(chooseCacheFolder(environment)).toBe('/a');
  expect(chooseCacheFolder({ ...environment, STEPWELL_CACHE: '' })).toBe('/b/stepwell');
  expect(chooseCacheFolder({ HOME: '/c' })).toBe('/c/.cache/stepwell');
});

test('a user with neither HOME nor an account is told what to set', () => {
  const homeless = (): string => {
    throw new Error('uv_os_homedir returned ENOENT');
  };
  expect(() => chooseCacheFolder({}, homeless)).toThrow(
    'this user has no home folder: set STEPWELL_CACHE to a folder that it can write to',
  );
});

test.each([[undefined], ['/proc/no-home']])('where HOME is %s, the tools that want one get it in the cache', (HOME) => {
  const { environment } = createContext({ environment: { STEPWELL_CACHE: '/cache', HOME } });
  expect(environment['HOME']).toBe('/cache/home');
  expect(sandbox.context.environment['HOME']).toBe(sandbox.folder);
});

test('what a compiler builds in has a plain name, whatever the name of the cache', () => {
  expect(path.dirname(cache.createBuildFolder(sandbox.context))).toBe(path.join(sandbox.cacheFolder, 'work'));
  const odd = { ...sandbox.context, cacheFolder: path.join(sandbox.folder, 'of Jo #1') };
  const folder = cache.createBuildFolder(odd, sandbox.folder);
  expect([path.dirname(folder), existsSync(folder)]).toEqual([sandbox.folder, true]);
  expect(() => cache.createBuildFolder(odd, '/tmp of Jo')).toThrow(
    /neither .*of Jo #1 nor \/tmp of Jo can be built in/,
  );
});

test('finished work appears in the cache with all its files', () => {
  const work = cache.createWorkFolder(sandbox.context);
  cache.writeFileAtomically(path.join(work, 'bin/tool'), 'tool');
  const place = path.join(sandbox.cacheFolder, 'bin/tool-1');
  cache.publish(path.join(work, 'bin'), place);
  expect(readFileSync(path.join(place, 'tool'), 'utf8')).toBe('tool');
});

test('what another run published first stays', () => {
  const place = path.join(sandbox.cacheFolder, 'bin/tool-1');
  for (const content of ['first', 'second']) {
    const work = path.join(cache.createWorkFolder(sandbox.context), 'bin');
    cache.writeFileAtomically(path.join(work, 'tool'), content);
    cache.publish(work, place);
    expect(existsSync(work)).toBe(false);
  }
  expect(readFileSync(path.join(place, 'tool'), 'utf8')).toBe('first');
});

test('work of a process that is gone is cleared, and that of a living one is not', () => {
  const living = cache.createWorkFolder(sandbox.context);
  const parent = path.dirname(living);
  // The first is a process of this pid that started at another time, that is, an earlier one.
  for (const name of [`${process.pid}-1-aaaa`, '999999999-1-bbbb', 'nonsense']) mkdirSync(path.join(parent, name));
  cache.clearAbandonedWork(sandbox.context, {});
  expect(readdirSync(parent)).toEqual([path.basename(living)]);
});

test('an interrupted process clears its own work', () => {
  const own = cache.createWorkFolder(sandbox.context);
  cache.clearAbandonedWork(sandbox.context, { ownPid: process.pid });
  expect(existsSync(own)).toBe(false);
});

test('a JSON file that is missing or cut off reads as undefined', () => {
  expect(cache.readJson(path.join(sandbox.folder, 'missing.json'))).toBeUndefined();
  expect(cache.readJson(sandbox.write('cut.json', '{"pid": 1'))).toBeUndefined();
  expect(cache.readJson(sandbox.write('whole.json', '{"pid": 1}'))).toEqual({ pid: 1 });
});

test('a fingerprint changes with the file, and a missing file has none', () => {
  const file = sandbox.write('tool', 'one');
  const before = cache.fingerprint(file);
  sandbox.write('tool', 'three');
  expect(cache.fingerprint(file)).not.toBe(before);
  expect(cache.fingerprint(path.join(sandbox.folder, 'missing'))).toBeUndefined();
});
