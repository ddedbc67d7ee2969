/**
 * Whole runs of the bootstrap, killed and not. The tools that it starts are scripts here: a build that hangs, a mirror
 * that serves another module and an npm that refuses its lock file are faults that have to be produced.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from '../../support/wait-for';
import { BOOTSTRAP, createSandbox, load } from './sandbox';
import type { Sandbox } from './sandbox';

const { stateOf } = load<{ stateOf(folder: string): string }>('tensorflow.cjs');
const NODES = load<readonly { readonly version: string }[]>('nodes.json');
const { programs } = load<{ programs: Record<string, { module: string; sum: string }> }>('versions.json');

/** Programs as `go install` would make them, and what they print. */
const PRINTS: Readonly<Record<string, string>> = {
  temporal: 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)',
  versitygw: 'Version  : v1.8.0',
};

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
  cpSync(BOOTSTRAP, path.join(sandbox.packageFolder, 'infra/bootstrap'), { recursive: true });
  const packageFolder = path.dirname(
    sandbox.write('package/node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version":"4.22.0"}'),
  );
  sandbox.write(
    'package/node_modules/@tensorflow/tfjs-node-gpu/lib/checked.json',
    JSON.stringify({
      version: '2.21.0',
      source: 'test',
      variant: 'cpu',
      gpuDevice: true,
      state: stateOf(packageFolder),
    }),
  );
  writeGo({});
});
afterEach(() => sandbox.remove());

/**
 * A `go` that says it is 1.26, knows the pinned modules and installs scripts. With a file `hang` it stays in `install`,
 * its pid in `started-NAME`.
 */
function writeGo({
  sum = (name: string) => programs[name]?.sum,
}: {
  readonly sum?: (name: string) => string | undefined;
}): void {
  const modules = Object.entries(programs).map(
    ([name, { module }]) => `    ${module}@*) echo '{"Sum":"${sum(name)}"}' ;;`,
  );
  const installs = Object.entries(PRINTS).map(
    ([name, print]) =>
      `    */${name}@*) printf '#!/bin/sh\\necho "${print}"\\n' > "$GOBIN/${name}"; /bin/chmod 755 "$GOBIN/${name}" ;;`,
  );
  sandbox.program(
    'go',
    [
      'case "$1" in',
      `  env) echo '{"GOVERSION":"go1.26.8","GOTOOLCHAIN":"local","GOCACHE":"${sandbox.folder}","GOMODCACHE":"${sandbox.folder}"}' ;;`,
      '  mod) case "$4" in',
      ...modules,
      '  esac ;;',
      '  install)',
      `    name="\${4##*/}"; if [ -e ${sandbox.folder}/hang ]; then echo $$ > "${sandbox.folder}/started-\${name%@*}"; while :; do /bin/sleep 0.1; done; fi`,
      '    /bin/mkdir -p "$GOBIN"; case "$4" in',
      ...installs,
      '    esac ;;',
      'esac',
    ].join('\n'),
  );
}

function start(...args: readonly string[]): Run {
  const main = path.join(sandbox.packageFolder, 'infra/bootstrap/main.mjs');
  const child = spawn(process.execPath, [main, ...args], {
    env: sandbox.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output: output.join('') })),
  );
  return { child, ended };
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const workFolders = (): readonly string[] => readdirSync(path.join(sandbox.cacheFolder, 'work'));

/** Starts a run and waits until two builds hang side by side; their pids. */
async function startHanging(): Promise<{ run: Run; builds: readonly number[] }> {
  sandbox.write('hang', '');
  const run = start('--for', 'start');
  const builds = await Promise.all(
    Object.keys(PRINTS).map((name) => {
      const started = path.join(sandbox.folder, `started-${name}`);
      return waitFor(`the build of ${name} has started`, () =>
        existsSync(started) ? Number(readFileSync(started, 'utf8')) || undefined : undefined,
      );
    }),
  );
  rmSync(path.join(sandbox.folder, 'hang'));
  return { run, builds };
}

const ended = (builds: readonly number[]): Promise<boolean> =>
  waitFor('the builds have ended', () => !builds.some(isAlive) || undefined);

test('a first run builds what is missing, and a second run finds it and says nothing', async () => {
  const first = await start('--for', 'start').ended;
  expect(first.output).toContain('temporal: 1.9.1, server 1.32.0 (built from source), ready after');
  expect(first.code).toBe(0);
  rmSync(path.join(sandbox.binFolder, 'go'));
  expect(await start('--for', 'start').ended).toEqual({ code: 0, output: '' });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends all builds too, leaves nothing half-done, and the next run completes',
  async (signal) => {
    const { run, builds } = await startHanging();
    run.child.kill(signal);
    const { code, output } = await run.ended;
    expect(output).toContain('bootstrap interrupted; run it again to go on');
    expect(code).toBe(130);
    await ended(builds);
    expect(workFolders()).toEqual([]);
    expect((await start('--for', 'start').ended).code).toBe(0);
  },
);

test('after SIGKILL the next run ends all orphaned builds, clears their work and completes', async () => {
  const { run, builds } = await startHanging();
  run.child.kill('SIGKILL');
  await run.ended;
  expect(builds.map(isAlive)).toEqual([true, true]);
  expect(workFolders()).toHaveLength(2);
  expect((await start('--for', 'start').ended).code).toBe(0);
  await ended(builds);
  expect(workFolders()).toEqual([]);
});

test('a second run waits for the first and then has nothing left to do', async () => {
  const { run, builds } = await startHanging();
  const second = start('--for', 'start');
  const said: string[] = [];
  second.child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  await waitFor(
    'the second run waits',
    () => said.join('').includes('waiting for the bootstrap that is already running') || undefined,
  );
  builds.forEach((build) => process.kill(build, 'SIGKILL'));
  const { output } = await run.ended;
  for (const name of Object.keys(PRINTS)) expect(output).toContain(`${name} could not be prepared: go install`);
  expect((await second.ended).code).toBe(0);
});

test('every part that cannot be had is reported, and those that can are prepared all the same', async () => {
  writeGo({ sum: (name) => (name === 'temporal' ? 'h1:other=' : programs[name]?.sum) });
  const { code, output } = await start('--for', 'test').ended;
  expect(code).toBe(1);
  expect(output).toContain(
    `temporal could not be prepared: the module of temporal has the wrong checksum: ${programs['temporal']?.sum} expected, got h1:other=`,
  );
  expect(output).toContain('minio could not be prepared: ');
  expect(output).toContain('versitygw: 1.8.0 (built from source)');
});

test('a program on PATH is used without building, and one that is too old is passed over with the reason', async () => {
  const old = sandbox.program('temporal', 'echo "temporal version 1.1.2 (Server 1.25.1, UI 2.31.2)"');
  sandbox.program('versitygw', 'echo "Version  : v1.9.0"');
  const { code, output } = await start('--for', 'start').ended;
  expect(output).toContain(`${old} is not used: its version must be at least 1.29.0, got 1.25.1\n`);
  expect(output).toContain('versitygw: 1.9.0 (PATH)');
  expect(output).toContain('temporal: 1.9.1, server 1.32.0 (built from source)');
  expect(code).toBe(0);
});

test('where npm ci refuses the lock file, npm install brings the locked versions and the lock file stays as it was', async () => {
  const lock = JSON.stringify({ packages: { 'node_modules/zod': { version: '4.6.7' } } });
  sandbox.write('package/package-lock.json', lock);
  const zod = 'node_modules/zod';
  sandbox.program(
    'npm',
    [
      'case "$1" in',
      '  ci) echo "npm error code EUSAGE" >&2; echo "npm error Missing: @swc/core-win32-x64-msvc@1.16.18 from lock file" >&2; exit 1 ;;',
      `  install) echo changed > package-lock.json; /bin/mkdir -p ${zod}; echo '{}' > ${zod}/package.json; echo '${lock}' > node_modules/.package-lock.json ;;`,
      'esac',
    ].join('\n'),
  );
  const { code, output } = await start('--for', 'start').ended;
  expect(output).toContain('npm packages: installing with npm install');
  expect(code).toBe(0);
  expect(readFileSync(path.join(sandbox.packageFolder, 'package-lock.json'), 'utf8')).toBe(lock);
});

test('our own Go stays while MinIO may have to be built with it, and goes once nothing is left to build', async () => {
  const made = sandbox.write('cache/go/build/object', '');
  expect((await start('--for', 'start').ended).code).toBe(0);
  expect(existsSync(made)).toBe(true);
  sandbox.program('minio', 'echo "minio version RELEASE.2026-02-12T20-18-48Z"');
  for (const { version } of NODES) chmodSync(sandbox.write(`cache/nodes/${version}/node`, ''), 0o755);
  expect((await start('--for', 'test').ended).code).toBe(0);
  expect(existsSync(made)).toBe(false);
});
