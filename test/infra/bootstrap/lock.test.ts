import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createSandbox, load } from './sandbox';
import type { Context, Sandbox } from './sandbox';

const { acquireLock } = load<{ acquireLock(context: Context): Promise<() => void> }>('lock.cjs');
const { startTimeOf, isRunning } = load<{
  startTimeOf(pid: number): string | undefined;
  isRunning(identity: { pid: number; startTime?: string | undefined }): boolean;
}>('process-identity.cjs');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

const lockFile = (): string => path.join(sandbox.cacheFolder, 'bootstrap.lock');
const holderPid = (): unknown => (JSON.parse(readFileSync(lockFile(), 'utf8')) as { pid: unknown }).pid;

test('the lock names its holder and is gone after it was given back', async () => {
  const release = await acquireLock(sandbox.context);
  expect(holderPid()).toBe(process.pid);
  release();
  expect(existsSync(lockFile())).toBe(false);
});

test.each([
  ['whose process is gone', JSON.stringify({ pid: 999_999_999, startTime: '1' })],
  ['whose pid belongs to a later process', JSON.stringify({ pid: process.ppid, startTime: '1' })],
  ['that was cut off while it was written', '{"pid":'],
])('a lock %s is taken over', async (_, content) => {
  sandbox.write('cache/bootstrap.lock', content);
  const release = await acquireLock(sandbox.context);
  expect(holderPid()).toBe(process.pid);
  release();
});

test('a second run waits until the first gives the lock back, and says so', async () => {
  const release = await acquireLock(sandbox.context);
  const second = acquireLock(sandbox.context).then((releaseSecond) => {
    sandbox.said.push('second');
    releaseSecond();
  });
  expect(sandbox.said).toEqual([`waiting for the bootstrap that is already running [pid=${process.pid}]\n`]);
  release();
  await second;
  expect(sandbox.said.at(-1)).toBe('second');
});

test('a process is known by its pid and the time it started', () => {
  expect(isRunning({ pid: process.pid, startTime: startTimeOf(process.pid) })).toBe(true);
  expect(isRunning({ pid: process.pid, startTime: '1' })).toBe(false);
  expect(isRunning({ pid: 0, startTime: startTimeOf(process.pid) })).toBe(false);
});
