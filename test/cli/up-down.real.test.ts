import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBackground } from '../../cli/background';
import { startWorker } from '../../cli/worker-process';
import { findServices, isRunning } from '../../infra/services';
import { readRecord } from '../../infra/services/record';
import { compiledFile } from '../support/compiled';
import { waitFor } from '../support/wait-for';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-up-'));
});

afterEach(async () => {
  await stepwell(['down']);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command on the folder, as a user without any settings of their own. */
function stepwell(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|AWS_(ENDPOINT|PROFILE))/.test(name)),
  );
  const child = spawn(process.execPath, [compiledFile('cli/main.js'), ...args, '--folder', folder], {
    env: { ...environment, ...settings },
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

/** Live workers of the folder's background process, by kind. */
function workers(): Readonly<Record<string, number>> {
  const pid = findBackground(folder)?.process.pid;
  const children = pid === undefined ? '' : readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const kinds = children
    .split(' ')
    .filter((child) => child !== '')
    .map((child) => {
      const kind = /\0worker\0(tuner|training)\0/.exec(readFileSync(`/proc/${child}/cmdline`, 'utf8'))?.[1] ?? 'other';
      return [kind, Number(child)] as const;
    });
  return Object.fromEntries(kinds.filter(([kind]) => kind !== 'other'));
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** How often the training worker has become ready, by its log. */
function timesReady(): number {
  return readFileSync(path.join(folder, 'training.log'), 'utf8').split('training worker is ready').length - 1;
}

test('up leaves servers and workers running that come back when they are killed, and down ends them all', async () => {
  const first = await stepwell(['up', '--json']);
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('starting services and workers') });
  const { environment } = JSON.parse(first.stdout) as { readonly environment: Readonly<Record<string, string>> };
  expect(environment).toEqual(findServices(folder)?.environment);

  const again = await stepwell(['up']);
  expect(again).toMatchObject({
    code: 0,
    stderr: 'services and workers run already\n',
    stdout: expect.stringContaining(environment['TEMPORAL_ADDRESS'] ?? ''),
  });
  expect(again.stdout).not.toContain(environment['AWS_SECRET_ACCESS_KEY']);
  expect(statSync(path.join(folder, 'environment')).mode & 0o777).toBe(0o600);

  const data = mkdtempSync(path.join(tmpdir(), 'stepwell-data-'));
  const other = await stepwell(['up', '--file-root', data]);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining(`may read data sets from ${process.cwd()}`) });
  expect(other.stderr).toContain(`run stepwell down, then stepwell up --file-root ${data}`);

  const { training = 0 } = workers();
  process.kill(training, 'SIGKILL');
  await waitFor('another training worker is ready', () => (timesReady() === 2 ? true : undefined));
  const revived = workers();
  expect(revived['training']).not.toBe(training);

  const servers = Object.values(readRecord(folder).servers).flatMap(({ process: identity }) => identity ?? []);
  expect(await stepwell(['down'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^stopped; data stays in /),
  });
  expect(Object.values(revived).filter(isAlive)).toEqual([]);
  expect(servers.filter(isRunning)).toEqual([]);
  expect(await stepwell(['down'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing runs in /) });
});

test('workers end when the process that keeps them is killed; the next up adopts the servers', async () => {
  await stepwell(['up']);
  const left = Object.values(workers());
  const servers = findServices(folder);
  process.kill(findBackground(folder)?.process.pid ?? 0, 'SIGKILL');
  await waitFor('the workers have ended', () => (left.some(isAlive) ? undefined : true));
  expect(await stepwell(['doctor', '--json'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('with conditional writes'),
  });
  expect((await stepwell(['up'])).code).toBe(0);
  expect(findServices(folder)?.environment).toEqual(servers?.environment);
});

test('up in a wrong environment says what is wrong, and leaves nothing running', async () => {
  const { code, stdout, stderr } = await stepwell(['up', '--json'], { STEPWELL_TRAINING_SLOTS: '0' });
  expect([code, JSON.parse(stdout)]).toMatchObject([3, { error: { type: 'ConfigInvalid' } }]);
  expect(stderr).toMatch(/\nstepwell: the environment is invalid: STEPWELL_TRAINING_SLOTS .* got "0"\n$/);
  expect(findServices(folder)).toBeUndefined();
  expect(findBackground(folder)).toBeUndefined();
});

test('up with folders that are not there names them all, and starts nothing', async () => {
  const { code, stderr } = await stepwell(['up', '--file-root', '/nowhere', '--model-folder', __filename]);
  expect([code, stderr]).toEqual([
    2,
    `stepwell: --file-root must be a folder that exists, got /nowhere; --model-folder must be a folder that exists, got ${__filename}\n`,
  ]);
  expect(findBackground(folder)).toBeUndefined();
});

test('the second Ctrl-C ends workers and servers by force', async () => {
  const child = spawn(process.execPath, [compiledFile('cli/main.js'), 'up', '--foreground', '--folder', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waitFor('workers are up', () => (findBackground(folder)?.ready === true ? true : undefined));
  const left = Object.values(workers());
  const servers = Object.values(readRecord(folder).servers).flatMap(({ process: identity }) => identity ?? []);
  expect([left.length, servers.length]).toEqual([2, 2]);
  // A worker that does not end in order.
  process.kill(left[0] ?? 0, 'SIGSTOP');
  child.kill('SIGINT');
  await waitFor('the first one is heard', () =>
    said.includes('stopping: workers hand their trials over first') ? true : undefined,
  );
  child.kill('SIGINT');
  await ended;
  expect(left.filter(isAlive)).toEqual([]);
  expect(servers.filter(isRunning)).toEqual([]);
});

test('a worker that cannot start ends its start with its own words', async () => {
  const nowhere = {
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
  };
  const starting = startWorker({
    kind: 'tuner',
    environment: { ...process.env, ...nowhere },
    logFile: path.join(folder, 'tuner.log'),
    onProgress: () => undefined,
    atOnce: new AbortController().signal,
  });
  await expect(starting).rejects.toMatchObject({
    exit: 'environment',
    type: expect.stringMatching(/^(Server|Storage)Un/),
    message: expect.stringMatching(/^the tuner worker could not be kept running \(exit code 3\): .*127\.0\.0\.1:1/),
  });
});
