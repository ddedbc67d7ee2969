import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startTemporal } from '../../infra/services';
import type { StudyResult } from '../../workflows/words/progress';
import { freshBucket } from '../support/services';
import { digitsStudy, start, studyRecord, waitForCheckpoint, workerEnvironment } from '../support/studies';
import type { StudyWorld } from '../support/studies';
import { startWorker } from '../support/worker-process';
import type { WorkerProcess } from '../support/worker-process';

/** Long enough to be hit in the middle, with dropout and augmentation so that a lost random stream would show. */
const study = (name: string) =>
  digitsStudy({
    name,
    training: {
      optimizer: { name: 'adam' },
      schedule: { name: 'cosine' },
      hparams: { batchSize: 16, dropoutRate: 0.3, shift: 0.1 },
    },
    stages: [{ stage: 'finalTrain', epochs: EPOCHS, replicates: 1 }],
  });

const EPOCHS = 24;
const STEPS = Math.ceil((EPOCHS * 1150) / 16);

/** A random step in the middle of the training. */
const anyStep = (): number => randomInt(Math.floor(STEPS * 0.1), Math.floor(STEPS * 0.6));

interface Ended {
  readonly result: StudyResult;
  readonly weights: string | undefined;
}

let folder: string;
let server: Awaited<ReturnType<typeof startTemporal>>;
let connection: Connection;
let client: Client;
let undisturbed: Ended;

async function newWorld(): Promise<StudyWorld> {
  const { bucket, access } = await freshBucket('versitygw');
  const prefix = `${randomUUID().slice(0, 8)}.`;
  return {
    temporalAddress: server.address,
    bucket,
    access,
    taskQueuePrefix: prefix,
    cacheFolder: path.join(folder, prefix),
  };
}

/** Runs a study to its end; `disturb` may kill what it likes on the way. */
async function runStudy(
  name: string,
  disturb: (
    world: StudyWorld,
    training: WorkerProcess,
    reach: (step: number) => Promise<unknown>,
  ) => Promise<readonly WorkerProcess[]>,
): Promise<Ended> {
  const world = await newWorld();
  const environment = workerEnvironment(world);
  const workers = await Promise.all([startWorker('tuner', environment), startWorker('training', environment)]);
  try {
    const handle = await start(client, world, study(name));
    workers.push(...(await disturb(world, workers[1], (step) => waitForCheckpoint(world, step))));
    const result = await handle.result();
    const { final } = await studyRecord(world, name);
    return { result, weights: final?.weights?.sha256 };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-kills-'));
  server = await startTemporal({ folder });
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
  undisturbed = await runStudy('undisturbed', async () => []);
}, 120_000);

afterAll(async () => {
  await connection?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a training that nothing disturbs ends in weights and writes no receipt', () => {
  expect(undisturbed.weights).toMatch(/^[0-9a-f]{64}$/);
  expect(undisturbed.result.receipts).toEqual([]);
});

test('a trainer killed at a random step ends in the same bits, with a receipt of what was lost', async () => {
  const step = anyStep();
  const { result, weights } = await runStudy('trainer-killed', async (_world, training, reach) => {
    await reach(step);
    const [trainer] = training.trainers();
    process.kill(trainer ?? 0, 'SIGKILL');
    return [];
  });
  expect({ step, weights }).toEqual({ step, weights: undisturbed.weights });
  expect(result.receipts).toMatchObject([{ trialId: 'final-train/000', cause: 'trainerKilled' }]);
  expect(result.receipts[0]?.stepsLost).toBeGreaterThanOrEqual(0);
  expect(result.test).toEqual(undisturbed.result.test);
});

test('a worker killed at a random step is replaced by another, which ends in the same bits', async () => {
  const step = anyStep();
  const { result, weights } = await runStudy('worker-killed', async (world, training, reach) => {
    await reach(step);
    await training.kill();
    return [await startWorker('training', workerEnvironment(world))];
  });
  expect({ step, weights }).toEqual({ step, weights: undisturbed.weights });
  expect(result.receipts).toMatchObject([{ trialId: 'final-train/000', cause: 'workerLost' }]);
});

test('a worker told to stop hands its trial over from a checkpoint of that very step', async () => {
  const step = anyStep();
  const { result, weights } = await runStudy('worker-stopped', async (world, training, reach) => {
    await reach(step);
    await training.stop();
    return [await startWorker('training', workerEnvironment(world))];
  });
  expect({ step, weights }).toEqual({ step, weights: undisturbed.weights });
  expect(result.receipts).toMatchObject([{ cause: 'workerStopped', stepsLost: 0 }]);
});

test('SIGTERM to a whole group, twice, leaves a checkpoint of that very step, too', async () => {
  const step = anyStep();
  const { result, weights } = await runStudy('group-stopped', async (world, training, reach) => {
    await reach(step);
    for (const pid of [...training.trainers(), training.pid, training.pid]) process.kill(pid, 'SIGTERM');
    await training.ended;
    return [await startWorker('training', workerEnvironment(world))];
  });
  expect({ step, weights }).toEqual({ step, weights: undisturbed.weights });
  // Whether the trainer's own word comes before the worker's is nobody's concern.
  const cause = expect.stringMatching(/^(workerStopped|trainerKilled)$/) as string;
  expect(result.receipts).toMatchObject([{ cause, stepsLost: 0 }]);
});

test('a Temporal server killed at a random step and started again changes nothing', async () => {
  const step = anyStep();
  const { weights } = await runStudy('server-killed', async (_world, _training, reach) => {
    await reach(step);
    await server.kill();
    await server.restart();
    return [];
  });
  expect({ step, weights }).toEqual({ step, weights: undisturbed.weights });
});
