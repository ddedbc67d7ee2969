import { load } from './sandbox';

interface Unavailable extends Error {
  readonly fix?: string;
  describe(part: { name: string; neededFor: readonly string[] }): string;
}
const { PartUnavailable, asPartUnavailable } = load<{
  PartUnavailable: new (parts: { problem: string; fix?: string; output?: string }) => Unavailable;
  asPartUnavailable(error: Error, fix?: string): Unavailable;
}>('part-unavailable.cjs');
const { requireFreeSpace } = load<{ requireFreeSpace(folder: string, bytes: number): void }>('free-space.cjs');

/** What runCommand throws, as far as it matters here. */
const commandFailed = (...lines: string[]): Error =>
  Object.assign(new Error('go install ended with code 1'), { name: 'CommandFailed', lines, output: lines.join('\n') });

test('the message says which part, why, with what output, for what it is needed and what to do', () => {
  const failure = new PartUnavailable({ problem: 'go is not on PATH', fix: 'install Go', output: 'line 1\nline 2\n' });
  expect(failure.describe({ name: 'temporal', neededFor: ['start', 'test'] })).toBe(
    [
      'temporal could not be prepared: go is not on PATH',
      '  | line 1',
      '  | line 2',
      '  needed for: start, test',
      '  what to do: install Go',
    ].join('\n'),
  );
});

test.each([
  ['dial tcp: lookup proxy.example: no such host', 'check the network'],
  ['Temporary failure in name resolution', 'check the network'],
  ['npm error code ENOTFOUND', 'check the network'],
  ['ERROR: No matching distribution found for tensorflow-cpu==2.21.0', 'check the network'],
  ['write /tmp/x: no space left on device', 'free some disk space'],
  ['verifying module: checksum mismatch', 'what was downloaded is not what was published'],
  ['mkdir: permission denied', 'make the folder named above writable'],
  ['syntax error', 'read the log'],
])('a command that says %j leads to %j', (line, fix) => {
  const failure = asPartUnavailable(commandFailed('first', line, 'last'), 'read the log');
  expect(failure).toBeInstanceOf(PartUnavailable);
  expect(failure.fix).toContain(fix);
});

test('a file system error is a part that cannot be had', () => {
  const failure = asPartUnavailable(
    Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' }),
  );
  expect(failure.fix).toContain('free some disk space');
});

test('an error that is a bug of ours stays what it is', () => {
  const bug = new TypeError('undefined is not a function');
  expect(asPartUnavailable(bug)).toBe(bug);
});

test('too little disk space is found before anything is downloaded, also for a folder that does not exist yet', () => {
  expect(() => requireFreeSpace(`${__dirname}/not/yet`, 1)).not.toThrow();
  expect(() => requireFreeSpace(`${__dirname}/not/yet`, 1e18)).toThrow(
    /has too little space: 1000000000\.0 GB needed, \d+\.\d GB free$/,
  );
});
