import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Collected } from '../../activities/garbage/collect';
import type { TrialManifest } from '../../activities/ledger/manifest';
import { s3Store } from '../../activities/storage/s3';
import type { ObjectStore } from '../../activities/storage/object-store';
import type { Checked } from '../../activities/verify/object-checks';
import { startTemporal } from '../../infra/services';
import type { StudyResult } from '../../workflows/words/progress';
import { change } from '../support/changes';
import { freshBucket } from '../support/services';
import { digitsStudy, start, studyRecord, trialManifests, waitForStep, workerEnvironment } from '../support/studies';
import type { StudyWorld } from '../support/studies';
import { waitFor } from '../support/wait-for';
import { compiledFile } from '../support/compiled';
import { startWorker } from '../support/worker-process';
import type { WorkerProcess } from '../support/worker-process';

/** A stage that has decided and one in the middle of its second trial are what the loss of the server meets. */
const study = (name: string) =>
  digitsStudy({
    name,
    training: { optimizer: { name: 'adam' }, hparams: { batchSize: 16, dropoutRate: 0.3 } },
    stages: [
      { stage: 'lrRangeTest', steps: 60, replicates: 2, inserts: false },
      { stage: 'finalTrain', epochs: 24, replicates: 2 },
    ],
  });

let folder: string;
let server: Awaited<ReturnType<typeof startTemporal>>;
let connection: Connection;
let world: StudyWorld;
let store: ObjectStore;
const workers: WorkerProcess[] = [];

interface Ended<T> {
  readonly code: number | null;
  readonly answer: T;
  readonly stderr: string;
}

/** Runs a command against the test's servers; what it prints is JSON. */
async function stepwell<T>(...args: readonly string[]): Promise<Ended<T>> {
  const child = fork(compiledFile('cli/main.js'), [...args, '--json'], {
    cwd: folder,
    execArgv: [],
    env: { ...process.env, ...workerEnvironment(world) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, answer: JSON.parse(said.stdout === '' ? 'null' : said.stdout) as T, stderr: said.stderr };
}

async function startWorkers(): Promise<void> {
  workers.push(
    ...(await Promise.all([
      startWorker('tuner', workerEnvironment(world)),
      startWorker('training', workerEnvironment(world)),
    ])),
  );
}

async function stopWorkers(): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
}

async function connect(): Promise<Client> {
  await connection?.close();
  connection = await Connection.connect({ address: server.address });
  return new Client({ connection });
}

/** Every trial in the store, by the id under which it was trained. */
async function manifests(): Promise<ReadonlyMap<string, TrialManifest>> {
  return new Map(
    (await trialManifests(store)).map((manifest) => [
      `${manifest.owner.workflowId} ${manifest.owner.activityId}`,
      manifest,
    ]),
  );
}

/** As a disk that is lost takes the server's database with it. */
async function loseDatabase(): Promise<void> {
  await server.kill();
  for (const name of readdirSync(folder).filter((file) => /^temporal-.*\.db/.test(file)))
    rmSync(path.join(folder, name));
  await server.restart();
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-recover-'));
  server = await startTemporal({ folder });
  const { bucket, access } = await freshBucket('versitygw');
  const prefix = `${randomUUID().slice(0, 8)}.`;
  world = {
    temporalAddress: server.address,
    bucket,
    access,
    taskQueuePrefix: prefix,
    cacheFolder: path.join(folder, prefix),
  };
  store = s3Store({ bucket, prefix: 'v1/', access });
  await startWorkers();
}, 60_000);

afterAll(async () => {
  await stopWorkers();
  await connection?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a study whose server loses its database goes on from the store: nothing is trained twice, and it ends in the same bits', async () => {
  const handle = await start(await connect(), world, study('lost'));
  await waitFor('the second training is under way', async () =>
    (await waitForStep(handle, 100)).trialId === 'final-train/001' ? true : undefined,
  );
  // After the last decision: only the store's own record of it can bring it back.
  const asked = await change({ handle }, 'setParallelTrials', { parallelTrials: 2, by: 'ada' });
  await waitFor('the store has the change', () => store.head('studies/lost/changes.json'));
  await stopWorkers();
  const before = await manifests();
  await loseDatabase();
  await startWorkers();
  const { code, answer: result } = await stepwell<StudyResult>('recover', 'lost');
  expect({ code, status: result.status, origins: result.origins, trials: result.trials }).toEqual({
    code: 0,
    status: 'completed',
    trials: 4,
    origins: [{ kind: 'recovered', studyId: 'lost', stageIds: ['lr-range-test'], changed: [] }],
  });
  expect(result.changes).toEqual([asked]);
  expect(result.receipts).toMatchObject([{ trialId: 'final-train/001', cause: 'workerStopped', stepsLost: 0 }]);
  const after = await manifests();
  for (const id of ['lr-range-test/000', 'lr-range-test/001', 'final-train/000'])
    expect(after.get(`study/lost ${id}`)).toEqual(before.get(`study/lost ${id}`));
  const record = await studyRecord(world, 'lost');
  expect(record.study.budget.parallelTrials).toBe(2);
  expect(record.progress.stages.flatMap(({ trials }) => trials.map(({ reused }) => reused))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(Buffer.from((await store.get('studies/lost/report.html'))!.bytes).toString()).toContain(
    'after the Temporal server had lost the study',
  );

  const fresh = await stepwell<StudyResult>(
    'rerun',
    'lost',
    '--from',
    'lrRangeTest',
    '--fresh',
    '--name',
    'undisturbed',
  );
  expect(fresh).toMatchObject({
    code: 0,
    answer: { status: 'completed', receipts: [], trials: 4, origins: [{ kind: 'rerun', stageIds: [] }] },
  });
  const again = await studyRecord(world, 'undisturbed');
  expect(again.progress.stages.flatMap(({ trials }) => trials.map(({ reused }) => reused))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect([record.final?.weights?.sha256, result.test]).toEqual([again.final?.weights?.sha256, fresh.answer.test]);
}, 150_000);

test('a rerun trains only what changed, and says whose decisions it took over', async () => {
  const { code, answer, stderr } = await stepwell<StudyResult>(
    'rerun',
    'lost',
    '--from',
    'finalTrain',
    '--set',
    'stages.finalTrain.replicates=3',
  );
  expect(code).toBe(0);
  expect(stderr).toContain('study lost-2 takes over from lost: lr-range-test\n');
  expect(answer).toMatchObject({
    studyId: 'lost-2',
    trials: 3,
    decisions: [{ stageId: 'lr-range-test' }, { stageId: 'final-train' }],
    origins: [{ kind: 'rerun', studyId: 'lost', stageIds: ['lr-range-test'], changed: [] }],
  });
  const { progress } = await studyRecord(world, 'lost-2');
  expect(progress.stages.map(({ trials }) => trials.map(({ reused }) => reused))).toEqual([[], [true, true, false]]);
}, 60_000);

test('a rerun of nothing, and a recovery of what has ended, is one sentence and starts nothing', async () => {
  const [rerun, recover] = await Promise.all([
    stepwell('rerun', 'nobody', '--from', 'finalTrain'),
    stepwell('recover', 'lost'),
  ]);
  expect(rerun).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^stepwell: there is no study nobody in s3:\/\/.*\/v1\/; it has lost, lost-2, undisturbed\n$/,
    ),
  });
  expect(recover).toMatchObject({
    code: 1,
    stderr:
      'stepwell: study lost is completed: there is nothing to recover; to go on from it, see stepwell rerun --help\n',
  });
}, 60_000);

test('nothing is left for a garbage collection, and a flipped bit anywhere is found, with what to do', async () => {
  expect(await stepwell<Collected>('gc', '--older-than', '0s')).toMatchObject({
    code: 0,
    answer: { items: [], problems: [], objects: 0 },
  });
  expect(await stepwell<Checked>('verify', 'lost')).toMatchObject({ code: 0, answer: { ok: true, damage: [] } });
  const weights = (await studyRecord(world, 'lost')).final?.weights?.key ?? '';
  const bytes = Buffer.from((await store.get(weights))!.bytes);
  bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
  await store.put(weights, bytes);
  const { code, answer } = await stepwell<Checked>('verify', 'lost');
  expect([code, answer.damage]).toEqual([
    1,
    [
      {
        key: weights,
        expected: expect.stringMatching(/^[0-9a-f]{64}$/),
        actual: expect.stringMatching(/^[0-9a-f]{64}$/),
        fix: expect.stringMatching(
          /^delete s3:.*trials\/.* and run the study again: trial final-train\/00\d is trained anew, to the same bits$/,
        ),
      },
    ],
  ]);
}, 60_000);
