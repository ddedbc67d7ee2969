import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { StudyInput } from '../../workflows/spec';
import { change, progressOf } from '../support/changes';
import { freshBucket, temporalAddress } from '../support/services';
import { digitsStudy, start, workerEnvironment } from '../support/studies';
import type { StudyWorld } from '../support/studies';
import { waitFor } from '../support/wait-for';
import { startWorker } from '../support/worker-process';
import type { WorkerProcess } from '../support/worker-process';

const FINAL: StudyInput['stages'][number] = { stage: 'finalTrain', epochs: 1, replicates: 1 };

const deploymentName = `stepwell-${randomUUID().slice(0, 8)}`;
let folder: string;
let connection: Connection;
let client: Client;
let world: StudyWorld;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-versions-'));
  connection = await Connection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  world = {
    temporalAddress: temporalAddress(),
    ...(await freshBucket('versitygw')),
    taskQueuePrefix: `${deploymentName}.`,
    cacheFolder: folder,
  };
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a tuner worker of a build, and makes that the one for new studies. */
async function deploy(buildId: string): Promise<void> {
  workers.push(
    await startWorker('tuner', {
      ...workerEnvironment(world),
      TEMPORAL_DEPLOYMENT_NAME: deploymentName,
      TEMPORAL_WORKER_BUILD_ID: buildId,
    }),
  );
  await waitFor(`build ${buildId} is for new studies`, () =>
    client.workflowService
      .setWorkerDeploymentCurrentVersion({
        namespace: 'default',
        deploymentName,
        buildId,
        ignoreMissingTaskQueues: true,
      })
      .catch(() => undefined),
  );
}

/** A study that waits for a training worker, of which there is none. */
async function waitingStudy(name: string, stages: StudyInput['stages'] = [FINAL]): Promise<WorkflowHandle> {
  const handle = await start(client, world, digitsStudy({ name: `${name}-${deploymentName}`, stages }));
  await waitFor(`${name} asks for its trial`, async () =>
    (await progressOf({ handle: handle as never })).trials > 0 ? true : undefined,
  );
  return handle;
}

/** Builds that worked on the present run of a study, one for each of its workflow tasks. */
async function buildsOf(handle: WorkflowHandle): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) =>
    task ? [task.deploymentVersion?.buildId ?? 'none'] : [],
  );
}

test('a stage ends with the build of the tuner that it began with, however new the others are', async () => {
  await deploy('build-1');
  const old = await waitingStudy('old');
  await deploy('build-2');
  const recent = await waitingStudy('recent');
  await Promise.all([old, recent].map((handle) => change({ handle: handle as never }, 'pause', {})));
  expect(new Set(await buildsOf(old))).toEqual(new Set(['build-1']));
  expect(new Set(await buildsOf(recent))).toEqual(new Set(['build-2']));
  await Promise.all([old, recent].map((handle) => handle.terminate()));
});

test('a study passes to the build that is current by then with its next stage', async () => {
  await deploy('build-3');
  const study = await waitingStudy('passing', [{ stage: 'lrRangeTest' }, FINAL]);
  await deploy('build-4');
  await change({ handle: study as never }, 'skipStage', { stageId: 'lr-range-test' });
  await waitFor('the next stage asks for its trial', async () =>
    (await progressOf({ handle: study as never })).stages[1]?.trials.length === 1 ? true : undefined,
  );
  expect(new Set(await buildsOf(study))).toEqual(new Set(['build-4']));
  await study.terminate();
});
