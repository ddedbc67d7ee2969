import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { findServices, startServices, stopServices } from '../../../infra/services';
import type { RunningServices } from '../../../infra/services';
import { choosePort, isPortFree, LOOPBACK } from '../../../infra/services/ports';
import { killProcess } from '../../../infra/services/process-end';
import { isRunning } from '../../../infra/services/programs';
import type { ProcessIdentity } from '../../../infra/services/programs';
import { readRecord } from '../../../infra/services/record';
import { temporalPlan } from '../../../infra/services/temporal';
import { waitFor } from '../../support/wait-for';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-services-'));
});

afterEach(async () => {
  await stopServices(folder);
  rmSync(folder, { recursive: true, force: true });
});

/** The servers' processes, Temporal's first. */
function processes(): readonly ProcessIdentity[] {
  const { temporal, versitygw } = readRecord(folder).servers;
  return [temporal, versitygw].flatMap((server) => server?.process ?? []);
}

function storeOf({ environment }: RunningServices): { readonly client: S3Client; readonly bucket: string } {
  const {
    AWS_ENDPOINT_URL_S3: endpoint = '',
    AWS_REGION: region = '',
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    STEPWELL_BUCKET: bucket = '',
  } = environment;
  return {
    client: new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true }),
    bucket,
  };
}

async function withTemporal<T>({ environment }: RunningServices, act: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: environment['TEMPORAL_ADDRESS'] ?? '' });
  try {
    return await act(new Client({ connection, namespace: environment['TEMPORAL_NAMESPACE'] ?? '' }));
  } finally {
    await connection.close();
  }
}

/** Starts services in a process that is then killed. */
function startAndDie(): void {
  const services = path.resolve(__dirname, '../../../infra/services');
  const code = `require(${JSON.stringify(services)}).startServices({ folder: ${JSON.stringify(folder)} }).then(() => process.kill(process.pid, 'SIGKILL'))`;
  const { signal, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', code], { encoding: 'utf8' });
  if (signal !== 'SIGKILL') throw new Error(`the services did not start: ${stderr}`);
}

/** Runs `act` while another program listens on the port. */
async function whileTaken(port: number, act: () => Promise<void>): Promise<void> {
  const squatter = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => squatter.listen(port, LOOPBACK, resolve));
  try {
    await act();
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
}

test('a server that was killed has given its port back by the time it counts as ended', async () => {
  await startServices({ folder });
  for (let round = 0; round < 3; round++) {
    const { process: identity, port } = readRecord(folder).servers.temporal ?? {};
    await killProcess(identity!);
    expect(await isPortFree(port!)).toBe(true);
    await waitFor('the server runs again', () => (findServices(folder) === undefined ? undefined : true));
  }
}, 60_000);

test('services answer at the addresses of their environment, and stop leaves none of their processes', async () => {
  const services = await startServices({ folder });
  const { client, bucket } = storeOf(services);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/b', Body: 'one', IfNoneMatch: '*' }));
  await expect(
    client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/b', Body: 'two', IfNoneMatch: '*' })),
  ).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  expect(readFileSync(path.join(folder, 's3', bucket, 'a/b'), 'utf8')).toBe('one');
  const { config } = await withTemporal(services, ({ workflowService }) =>
    workflowService.describeNamespace({ namespace: 'default' }),
  );
  expect(config?.workflowExecutionRetentionTtl?.seconds?.toString()).toBe(String(720 * 3600));
  const started = processes();
  expect(started).toHaveLength(2);
  await services.stop();
  expect(started.filter(isRunning)).toEqual([]);
  expect(findServices(folder)).toBeUndefined();
});

test('secrets are for their owner only, and on no command line', async () => {
  const services = await startServices({ folder });
  const secret = services.environment['AWS_SECRET_ACCESS_KEY'] ?? '';
  expect(secret.length).toBeGreaterThan(30);
  expect(statSync(path.join(folder, 'credentials.json')).mode & 0o777).toBe(0o600);
  for (const { pid } of processes()) expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(secret);
  expect(services.describe()).not.toContain(secret);
  await services.stop();
});

test('servers whose parent was killed go on and are adopted by the next start', async () => {
  startAndDie();
  const orphans = processes();
  expect(orphans.filter(isRunning)).toHaveLength(2);
  const found = findServices(folder);
  const services = await startServices({ folder });
  expect(processes()).toEqual(orphans);
  expect(services.environment).toEqual(found?.environment);
  await services.stop();
  expect(orphans.filter(isRunning)).toEqual([]);
});

test('servers that are killed come back by themselves at the same addresses with all their data', async () => {
  const services = await startServices({ folder });
  const { client, bucket } = storeOf(services);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'kept', Body: 'kept' }));
  await withTemporal(services, ({ workflow }) =>
    workflow.start('anything', { taskQueue: 'nobody', workflowId: 'kept' }),
  );
  const killed = processes();
  for (const { pid } of killed) process.kill(pid, 'SIGKILL');
  await waitFor('both servers run again', () =>
    processes().every((server) => isRunning(server) && !killed.some(({ pid }) => pid === server.pid))
      ? true
      : undefined,
  );
  await waitFor('both servers answer', async () => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'kept' }));
      const { status } = await withTemporal(services, ({ workflow }) => workflow.getHandle('kept').describe());
      return [await Body?.transformToString(), status.name];
    } catch {
      return undefined;
    }
  }).then((answers) => expect(answers).toEqual(['kept', 'RUNNING']));
  await services.stop();
});

test('data outlives an orderly stop, and the servers come back at the same addresses', async () => {
  const first = await startServices({ folder });
  await withTemporal(first, ({ workflow }) => workflow.start('anything', { taskQueue: 'nobody', workflowId: 'kept' }));
  await first.stop();
  const second = await startServices({ folder });
  expect(second.environment).toEqual(first.environment);
  const { status } = await withTemporal(second, ({ workflow }) => workflow.getHandle('kept').describe());
  expect(status.name).toBe('RUNNING');
  await second.stop();
});

test('two starts at once share one pair of servers, and the last user to stop ends them', async () => {
  const [one, two] = await Promise.all([startServices({ folder }), startServices({ folder })]);
  expect(two.environment).toEqual(one.environment);
  const shared = processes();
  await one.stop();
  expect(shared.filter(isRunning)).toHaveLength(2);
  await two.stop();
  expect(shared.filter(isRunning)).toEqual([]);
});

test('a server moves where another program has taken its port, and says so', async () => {
  await (await startServices({ folder })).stop();
  const port = readRecord(folder).servers.versitygw?.port ?? 0;
  await whileTaken(port, async () => {
    const told: string[] = [];
    const services = await startServices({ folder, onProgress: (text) => told.push(text) });
    expect(readRecord(folder).servers.versitygw?.port).not.toBe(port);
    expect(told).toContainEqual(
      expect.stringMatching(new RegExp(`^port ${port} is taken; the S3 server moves to \\d+$`)),
    );
    await services.stop();
  });
});

test('a port that must be free and is not is one error with its cause, and nothing is left running', async () => {
  const port = await choosePort(undefined);
  await whileTaken(port, async () => {
    const start = startServices({ folder, ports: { temporal: { port } } });
    await expect(start).rejects.toMatchObject({
      name: 'ServiceFailed',
      reason: 'portTaken',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    expect(processes().filter(isRunning)).toEqual([]);
  });
});

test("a broken database is an error with the end of the server's log", async () => {
  await (await startServices({ folder })).stop();
  const { args } = temporalPlan(folder, { port: 1, uiPort: 2 });
  const database = path.join(folder, args[args.indexOf('--db-filename') + 1] ?? '');
  for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
  writeFileSync(database, 'not a database');
  await expect(startServices({ folder })).rejects.toMatchObject({
    name: 'ServiceFailed',
    message: expect.stringContaining('file is not a database'),
  });
});
