import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { connectClient, runningStudy, startStudy } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import { compiledFile } from '../support/compiled';
import { temporalAddress } from '../support/services';
import { waitFor } from '../support/wait-for';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const prefix = `verbs-${randomUUID()}.`;
const emptyFolder = mkdtempSync(path.join(tmpdir(), 'stepwell-verbs-'));
let client: StudyClient;
let worker: Worker;
let workerRuns: Promise<void>;

beforeAll(async () => {
  Runtime.install({
    logger: {
      log: () => undefined,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    },
  });
  client = await connectClient({ TEMPORAL_ADDRESS: temporalAddress() });
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  worker = await Worker.create({
    connection,
    taskQueue: `${prefix}stepwell-tuner`,
    workflowsPath: require.resolve('./fixtures/tiny-workflows'),
  });
  workerRuns = worker.run().finally(() => connection.close());
});

afterAll(async () => {
  worker.shutdown();
  await workerRuns;
  await client.close();
});

/** Starts a tiny study that ends in a given way. */
function start(name: string, ends: 'completed' | 'failed' | 'never' | 'untrained') {
  return startStudy(client, { name, study: { ends }, taskQueuePrefix: prefix });
}

function spawn(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly said: () => string; readonly ended: Promise<Ended> } {
  const child = fork(compiledFile('cli/main.js'), args, {
    cwd: emptyFolder,
    execArgv: [],
    env: { ...process.env, TEMPORAL_ADDRESS: temporalAddress(), STEPWELL_TASK_QUEUE_PREFIX: prefix, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { child, said: () => said.stderr, ended };
}

const stepwell = (args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended> =>
  spawn(args, environment).ended;

/** An address that nothing listens at. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

describe('studies that workers run', () => {
  test('are listed with their status, and with their stage while they run', async () => {
    const handles = await Promise.all([start('listed-done', 'completed'), start('listed-open', 'never')]);
    await handles[0].result();
    const listed = await waitFor('both studies are listed', async () => {
      const { stdout } = await stepwell(['list', '--json']);
      const studies = (
        JSON.parse(stdout) as { readonly name: string; readonly status: string; readonly stage: string | null }[]
      ).filter(({ name }) => name.startsWith('listed-'));
      return studies.length === 2 && studies.every(({ status, stage }) => status === 'completed' || stage !== null)
        ? studies
        : undefined;
    });
    expect(listed.map(({ name, status, stage }) => [name, status, stage]).sort()).toEqual([
      ['listed-done', 'completed', null],
      ['listed-open', 'running', 'final-train'],
    ]);
  });

  test('show their decisions and trials while they run, and their result when they are done', async () => {
    await start('shown', 'never');
    const { code, stdout } = await stepwell(['show', 'shown', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      studyId: 'shown',
      status: 'running',
      result: null,
      progress: { stages: [{ decision: { because: 'the loss falls fastest at 0.003' } }, {}] },
    });
    await (await start('shown-done', 'completed')).result();
    expect(JSON.parse((await stepwell(['show', 'shown-done', '--json'])).stdout)).toMatchObject({
      status: 'completed',
      result: { test: { values: { accuracy: 0.98 } } },
    });
  });

  test('are watched to their result: lines on stderr, one JSON value on stdout', async () => {
    await start('watched', 'completed');
    const { code, stdout, stderr } = await stepwell(['watch', 'watched', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      studyId: 'watched',
      status: 'completed',
      decisions: [{ stage: 'lrRangeTest' }],
    });
    expect(stderr).toContain('lr-range-test decided: the loss falls fastest at 0.003');
  });

  test('that fail exit with 1, one sentence and a JSON value that has the type', async () => {
    await start('failing', 'failed');
    const { code, stdout, stderr } = await stepwell(['watch', 'failing', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      studyId: 'failing',
      status: 'failed',
      error: {
        type: 'StageInconclusive',
        message: expect.stringMatching(/^study failing failed.*every trial diverged; lower learningRate$/),
      },
    });
    expect(stderr).toMatch(/^stepwell: study failing failed.*every trial diverged/m);
  });

  test('that failed or were terminated are shown as that, with the reason', async () => {
    await (await start('shown-failed', 'failed')).result().catch(() => undefined);
    const terminated = await start('shown-terminated', 'never');
    expect(await stepwell(['show', 'shown-terminated'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^study shown-terminated is running/),
    });
    await terminated.terminate();
    expect(await stepwell(['show', 'shown-failed'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^study shown-failed is failed; [^]*\nstudy shown-failed failed.*: every trial diverged; lower learningRate\n$/,
      ),
    });
    expect(JSON.parse((await stepwell(['show', 'shown-terminated', '--json'])).stdout)).toMatchObject({
      status: 'terminated',
      failure: { type: 'Terminated', message: 'study shown-terminated was terminated from outside' },
    });
    expect(await stepwell(['show', 'shown-terminated'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^study shown-terminated is terminated; [^]*unfinished/),
    });
  });

  test('are cancelled when the command returns, and cannot be cancelled twice', async () => {
    const handle = await start('cancelled', 'never');
    expect(await stepwell(['cancel', 'cancelled'])).toEqual({
      code: 0,
      stdout: 'study cancelled is cancelled\n',
      stderr: '',
    });
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(await stepwell(['cancel', 'cancelled'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'stepwell: study cancelled does not run: it is cancelled\n',
    });
    expect(JSON.parse((await stepwell(['cancel', 'cancelled', '--json'])).stdout)).toMatchObject({
      studyId: 'cancelled',
      error: { type: 'StudyEnded' },
    });
  });

  test('are one at a time by name, and known by what they were started from', async () => {
    await start('twice', 'never');
    await expect(start('twice', 'never')).rejects.toThrow(
      'study twice is running already; see it with: stepwell watch twice, or end it with: stepwell cancel twice',
    );
    expect(
      await Promise.all([
        runningStudy(client, 'twice', { ends: 'never' }),
        runningStudy(client, 'twice', { ends: 'failed' }),
        runningStudy(client, 'other', {}),
      ]),
    ).toEqual(['same', 'different', 'none']);
  });
});

test('a watcher says that no training worker is there, and Ctrl-C ends it with 130 while the study goes on', async () => {
  const handle = await start('untrained', 'untrained');
  const { child, said, ended } = spawn(['watch', 'untrained']);
  await waitFor('the missing worker is told', () =>
    said().includes('no training worker; start one with: stepwell worker training') ? true : undefined,
  );
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([130, expect.stringContaining('stopped watching; the study goes on')]);
  expect((await handle.describe()).status.name).toBe('RUNNING');
});

test.each([['watch'], ['show'], ['cancel']])(
  '%s of a study that is not there exits with 1 and says how to find those that are',
  async (verb) => {
    const { code, stderr } = await stepwell([verb, 'nowhere']);
    expect([code, stderr]).toEqual([
      1,
      'stepwell: there is no study nowhere; see those there are with: stepwell list\n',
    ]);
  },
);

test.each([[['run', path.resolve(__dirname, '../../examples/digits.yaml'), '--json']], [['list', '--json']]])(
  '%j against an address where nobody answers exits with 3 and one sentence',
  async (args) => {
    const address = await deadAddress();
    const { code, stdout, stderr } = await stepwell(args, { TEMPORAL_ADDRESS: address });
    expect(code).toBe(3);
    expect(stderr).toMatch(
      new RegExp(
        `^stepwell: no Temporal server answers at ${address} \\(.*\\); set TEMPORAL_ADDRESS to where one runs, or unset it to use what \`stepwell up\` starts\n$`,
      ),
    );
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', error: { type: 'ServerUnreachable' } });
  },
);

test('without a cluster and without services in the folder, the ways to get them are named', async () => {
  const { code, stderr } = await stepwell(['list'], { TEMPORAL_ADDRESS: '' });
  expect([code, stderr]).toEqual([
    3,
    'stepwell: no services run in .stepwell; start them with stepwell up, or set TEMPORAL_ADDRESS to use a cluster\n',
  ]);
});

test('a worker with a wrong environment names every variable, and starts nothing', async () => {
  const { code, stderr } = await stepwell(['worker', 'tuner'], { STEPWELL_PREFIX: 'x', STEPWELL_TRAINING_SLOTS: '-1' });
  expect(code).toBe(3);
  expect(stderr).toMatch(/^stepwell: the environment is invalid: .*STEPWELL_PREFIX.*STEPWELL_TRAINING_SLOTS.*\n$/);
});
