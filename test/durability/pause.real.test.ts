import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Receipt } from '../../workflows/words/outcome';
import type { StudyResult } from '../../workflows/words/progress';
import { change, openTrials } from '../support/changes';
import { freshBucket, temporalAddress } from '../support/services';
import {
  digitsStudy,
  start,
  storeOf,
  studyRecord,
  trialManifests,
  waitForStep,
  workerEnvironment,
} from '../support/studies';
import type { StudyWorld } from '../support/studies';
import { waitFor } from '../support/wait-for';
import { startWorker } from '../support/worker-process';

/** With dropout and augmentation, so that a lost random stream would show. */
const study = (name: string) =>
  digitsStudy({
    name,
    training: {
      optimizer: { name: 'adam' },
      schedule: { name: 'cosine' },
      hparams: { batchSize: 8, dropoutRate: 0.3, shift: 0.1 },
    },
    // Long beside the seconds that it takes a trainer to hear of the pause.
    stages: [{ stage: 'finalTrain', epochs: 30, replicates: 1 }],
  });

const PAUSE_AFTER_STEP = 200;

let folder: string;
let connection: Connection;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-pause-'));
  connection = await Connection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Runs a study to its end; with `pause`, it is paused on the way, and its training worker is another one when it goes
 * on.
 */
async function run({ pause }: { readonly pause: boolean }): Promise<{
  readonly result: StudyResult;
  readonly weights: string | undefined;
  /** Of its trial, as the store has it. */
  readonly receipts: readonly Receipt[];
}> {
  const prefix = `${randomUUID().slice(0, 8)}.`;
  const name = `pause-${prefix.slice(0, -1)}`;
  const world: StudyWorld = {
    temporalAddress: temporalAddress(),
    ...(await freshBucket('versitygw')),
    taskQueuePrefix: prefix,
    cacheFolder: path.join(folder, prefix),
  };
  const environment = workerEnvironment(world);
  const workers = await Promise.all([startWorker('tuner', environment), startWorker('training', environment)]);
  try {
    const handle = await start(new Client({ connection }), world, study(name));
    if (pause) {
      await waitForStep(handle, PAUSE_AFTER_STEP);
      await change({ handle }, 'pause', {});
      await waitFor('the device is free', async () =>
        (await openTrials({ handle: handle as never })).length === 0 ? true : undefined,
      );
      await workers[1]?.stop();
      workers.push(await startWorker('training', environment));
      await change({ handle }, 'resume', {});
    }
    const result = await handle.result();
    const [trial] = await trialManifests(storeOf(world));
    return {
      result,
      weights: (await studyRecord(world, name)).final?.weights?.sha256,
      receipts: trial?.result?.receipts ?? [],
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

test('a paused study writes a checkpoint of that very step, frees its worker, and ends in the same bits on another', async () => {
  const [undisturbed, paused] = await Promise.all([run({ pause: false }), run({ pause: true })]);
  expect(paused.weights).toEqual(undisturbed.weights);
  expect(undisturbed.result).toMatchObject({ receipts: [], changes: [] });
  expect(paused.result).toMatchObject({
    receipts: [],
    changes: [{ what: 'pause' }, { what: 'resume' }],
    test: undisturbed.result.test,
  });
  expect(paused.receipts).toMatchObject([{ cause: 'takenBack', stepsLost: 0 }]);
  expect(paused.receipts[0]?.resumedAtStep).toBeGreaterThanOrEqual(PAUSE_AFTER_STEP);
}, 180_000);
