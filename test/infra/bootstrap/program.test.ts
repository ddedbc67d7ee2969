import { chmodSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createSandbox, load } from './sandbox';
import type { Part, Sandbox } from './sandbox';

const SDK_VERSION = '1.24.0';

interface Described {
  readonly version: string;
  readonly comparable?: string;
}
type Describe = (printed: string) => Described;
const { judge } = load<{
  judge(
    printed: string | undefined,
    rule: { describe: Describe; minimum: string },
  ): { version: string; problem?: string };
}>('program-check.cjs');
const { compareVersions } = load<{ compareVersions(a: string, b: string): number }>('compare-versions.cjs');
const { goProblem } = load<{
  goProblem(go: { version: string; toolchain: string; minimum: string }): string | undefined;
}>('go-toolchain.cjs');
const { fingerprint } = load<{ fingerprint(file: string): string | undefined }>('cache.cjs');
const parts = {
  temporal: load<Part & { describe: Describe }>('temporal.cjs'),
  versitygw: load<Part & { describe: Describe }>('versitygw.cjs'),
  minio: load<Part & { describe: Describe }>('minio.cjs'),
};

test('versions are compared by their numbers', () => {
  expect(compareVersions('1.10.0', '1.9.9')).toBeGreaterThan(0);
  expect(compareVersions('2025.9.7', '2026.2.12')).toBeLessThan(0);
  expect(compareVersions('20.6', '20.6.0')).toBe(0);
});

test.each([
  ['temporal', 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', '1.5.1, server 1.29.1', undefined],
  [
    'temporal',
    'temporal version 1.1.2 (Server 1.25.1, UI 2.31.2)',
    '1.1.2, server 1.25.1',
    'its version must be at least 1.29.0, got 1.25.1',
  ],
  ['versitygw', 'Version  : v1.8.0\nBuild    : norev', 'v1.8.0', undefined],
  ['versitygw', 'Version  : v1.0.9\nBuild    : norev', 'v1.0.9', 'its version must be at least 1.1.0, got 1.0.9'],
  ['versitygw', 'Version  : git\nBuild    : norev', 'git', undefined],
  [
    'minio',
    'minio version RELEASE.2026-02-12T20-18-48Z (commit-id=7aac2a2)',
    'RELEASE.2026-02-12T20-18-48Z',
    undefined,
  ],
  [
    'minio',
    'minio version RELEASE.2024-05-07T06-41-25Z',
    'RELEASE.2024-05-07T06-41-25Z',
    'its version must be at least 2025.9.7, got 2024.5.7',
  ],
  ['minio', 'minio version DEVELOPMENT.GOGET (commit-id=DEVELOPMENT.GOGET)', 'DEVELOPMENT.GOGET', undefined],
] as const)('%s is judged by what it prints: %j', (name, printed, version, problem) => {
  const { programs } = load<{ programs: Record<string, { minimum: string }> }>('versions.json');
  const minimum = programs[name]?.minimum ?? '';
  const expected = { version: version.replace(/^v/, ''), ...(problem !== undefined && { problem }) };
  expect(judge(printed, { describe: parts[name].describe, minimum })).toEqual(expected);
});

test('a program that does not run cannot be used', () => {
  expect(judge(undefined, { describe: parts.temporal.describe, minimum: '1.29.0' })).toEqual({
    version: 'unknown',
    problem: 'it does not run',
  });
});

test.each([
  ['go1.26.8', 'local', undefined],
  ['go1.25.0', 'local', undefined],
  ['go1.24.9', 'local', 'Go must be version 1.25.0 or later, got 1.24.9'],
  ['go1.22.1', 'auto', undefined],
  ['go1.19.8', 'auto', 'Go must be version 1.25.0 or later, got 1.19.8'],
  ['devel +abcdef', 'local', undefined],
])('%s with GOTOOLCHAIN=%s: %s', (version, toolchain, problem) => {
  expect(goProblem({ version, toolchain, minimum: '1.25.0' })).toBe(problem);
});

describe('inspecting', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = createSandbox();
    // The SDK downloads into the machine's own folder for such files.
    jest.spyOn(os, 'tmpdir').mockReturnValue(sandbox.folder);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    sandbox.remove();
  });

  /** A file of the cache that looks like a program, and fails if anything starts it. */
  function cachedProgram(folder: string): string {
    const file = sandbox.write(`cache/bin/${folder}/temporal`, '#!/bin/sh\nexit 1\n');
    chmodSync(file, 0o755);
    return file;
  }
  const builtProgram = (): string => cachedProgram('temporal-1.9.1');
  const remember = (checks: Record<string, { version: string; problem?: string }>): string =>
    sandbox.write(
      'cache/programs.json',
      JSON.stringify(
        Object.fromEntries(
          Object.entries(checks).map(([file, check]) => [file, { ...check, fingerprint: fingerprint(file) }]),
        ),
      ),
    );

  test('an empty machine has no program, and the fix says what to do', () => {
    expect(parts.temporal.inspect(sandbox.context)).toEqual({
      ok: false,
      fix: 'run npm run bootstrap, or put temporal on PATH',
    });
  });

  test('PATH comes first, then what the SDK has downloaded, then PyPI, and what was built last', () => {
    const sdk = sandbox.write(`temporal-sdk-typescript-${SDK_VERSION}`, '#!/bin/sh\nexit 1\n');
    chmodSync(sdk, 0o755);
    sandbox.write('package/node_modules/@temporalio/worker/package.json', `{"version":"${SDK_VERSION}"}`);
    const places = [
      ['PATH', sandbox.program('temporal', 'exit 1')],
      ['SDK download', sdk],
      ['PyPI', cachedProgram('temporal-1.9.1-pypi')],
      ['built from source', builtProgram()],
    ] as const;
    remember(Object.fromEntries(places.map(([, file]) => [file, { version: '1.9.1' }])));
    for (const [source, file] of places) {
      expect(parts.temporal.inspect(sandbox.context)).toEqual({ ok: true, version: '1.9.1', source, path: file });
      rmSync(file);
    }
    expect(parts.temporal.inspect(sandbox.context).ok).toBe(false);
  });

  test('a program on PATH that we cannot use is passed over', () => {
    const [onPath, built] = [sandbox.program('temporal', 'exit 1'), builtProgram()];
    remember({ [onPath]: { version: '1.1.2', problem: 'too old' }, [built]: { version: '1.9.1' } });
    expect(parts.temporal.inspect(sandbox.context)).toEqual({
      ok: true,
      version: '1.9.1',
      source: 'built from source',
      path: built,
    });
  });

  test('a program that was replaced since it was tried has to be tried again', () => {
    const built = builtProgram();
    remember({ [built]: { version: '1.9.1' } });
    sandbox.write(path.relative(sandbox.folder, built), '#!/bin/sh\nexit 17\n');
    expect(parts.temporal.inspect(sandbox.context)).toEqual({
      ok: false,
      fix: `run npm run bootstrap: ${built} is new`,
    });
  });
});
