import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { runningTrials } from '../../workers/pending-work';
import { freshBucket, temporalAddress } from '../support/services';
import { digitsStudy, start, workerEnvironment } from '../support/studies';
import type { StudyWorld } from '../support/studies';
import { waitFor } from '../support/wait-for';
import { startWorker } from '../support/worker-process';

const EXPIRED = '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>';

/** What stands before the store, and says while told so that the credentials have expired. */
function refusing(endpoint: string): { readonly server: Server; refuses: boolean } {
  const door = {
    refuses: false,
    server: createServer((asked, answer) => {
      if (door.refuses) {
        asked.resume().on('end', () => answer.writeHead(400, { 'content-type': 'application/xml' }).end(EXPIRED));
        return;
      }
      const { method, url, headers } = asked;
      const passed = request(new URL(url ?? '/', endpoint), { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      passed.once('error', () => answer.destroy());
      asked.pipe(passed);
    }),
  };
  return door;
}

test('a worker that the store refuses ends no study: it says what to do, and goes on once that is done', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-refused-'));
  const connection = await Connection.connect({ address: temporalAddress() });
  const client = new Client({ connection });
  const { bucket, access } = await freshBucket('versitygw');
  const world: StudyWorld = {
    temporalAddress: temporalAddress(),
    bucket,
    access,
    taskQueuePrefix: `${randomUUID().slice(0, 8)}.`,
    cacheFolder: folder,
  };
  const door = refusing(access.endpoint);
  await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(door.server.address() as AddressInfo).port}`;
  const workers = await Promise.all([
    startWorker('tuner', workerEnvironment(world)),
    startWorker('training', workerEnvironment({ ...world, access: { ...access, endpoint } })),
  ]);
  try {
    door.refuses = true;
    const study = digitsStudy({
      name: `refused-${randomUUID().slice(0, 8)}`,
      stages: [{ stage: 'finalTrain', epochs: 1 }],
    });
    const handle = await start(client, world, study);
    const failure = await waitFor('a trial that waits says why', async () => {
      const [trial] = await runningTrials(client, await handle.describe());
      return trial !== undefined && trial.attempt > 1 ? trial.failure : undefined;
    });
    expect(failure).toMatch(
      /^put was refused .*ExpiredToken.*; the credentials have expired: renew them; it waits, and goes on once that is mended$/,
    );
    door.refuses = false;
    expect((await handle.result()).studyId).toBe(study.name);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await connection.close();
    door.server.closeAllConnections();
    door.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
