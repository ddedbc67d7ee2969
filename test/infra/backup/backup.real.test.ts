import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { s3Store } from '../../../activities/storage/s3';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { backUp, restore } from '../../../infra/backup/backup';
import { startServices, stopServices } from '../../../infra/services';
import type { RunningServices } from '../../../infra/services';

let home: string;
let folder: string;
let file: string;
let etag: string;

function storeOf({ environment }: RunningServices): ObjectStore {
  const {
    AWS_ENDPOINT_URL_S3: endpoint = '',
    AWS_REGION: region = '',
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    STEPWELL_BUCKET: bucket = '',
  } = environment;
  return s3Store({ bucket, prefix: 'v1/', access: { endpoint, region, accessKeyId, secretAccessKey } });
}

async function withTemporal<T>({ environment }: RunningServices, act: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: environment['TEMPORAL_ADDRESS'] ?? '' });
  try {
    return await act(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const backUpTo = (to: string, force = false) => backUp({ folder, file: to, force, onFile: () => undefined });
const restoreTo = (target: string, { from = file, force = false } = {}) =>
  restore({ folder: target, file: from, force, onFile: () => undefined });

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'stepwell-backup-'));
  // What tar would take for a host, an option or a pattern.
  [folder, file] = [path.join(home, "host:of [a] 'b' \n#1"), path.join(home, 'host:all *.tar')];
  const services = await startServices({ folder });
  ({ etag } = await storeOf(services).put('trials/x/manifest.json', Buffer.from('before')));
  await storeOf(services).put(`trials/x/${'long-name-'.repeat(20)}.bin`, Buffer.from('long'));
  await withTemporal(services, (client) =>
    client.workflow.start('waits', { workflowId: 'study/kept', taskQueue: 'nobody', args: [] }),
  );
  await expect(backUpTo(file)).rejects.toThrow(
    /services run in [^]*, and their data changes; end them first with: stepwell down --folder/,
  );
  await services.stop();
}, 60_000);

afterAll(async () => {
  await stopServices(folder);
  rmSync(home, { recursive: true, force: true });
});

test('what was backed up is there again elsewhere: workflows, objects, and the etags that conditional writes rest on', async () => {
  const { files, bytes } = await backUpTo(file);
  expect([files >= 3, bytes > 0]).toEqual([true, true]);
  const target = path.join(home, 'restored');
  expect(await restoreTo(target)).toEqual({ file, files, bytes });
  const services = await startServices({ folder: target });
  try {
    const store = storeOf(services);
    expect((await store.list('')).map(({ key }) => key)).toHaveLength(2);
    await expect(store.put('trials/x/manifest.json', Buffer.from('lost'), { ifMatch: '"0"' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await store.put('trials/x/manifest.json', Buffer.from('after'), { ifMatch: etag });
    expect(
      await withTemporal(
        services,
        async (client) => (await client.workflow.getHandle('study/kept').describe()).status.name,
      ),
    ).toBe('RUNNING');
  } finally {
    await services.stop();
  }
}, 60_000);

test('neither replaces what is there unless told to, and then whole', async () => {
  await expect(backUpTo(file)).rejects.toThrow(
    `${file} is there already; name another file, or replace it with --force`,
  );
  const target = path.join(home, 'restored');
  await expect(restoreTo(target)).rejects.toThrow(
    `${target} holds data already; name another folder with --folder, or replace the data with --force`,
  );
  writeFileSync(path.join(target, 's3', 'stepwell', 'later.txt'), 'written after the back-up');
  await restoreTo(target, { force: true });
  expect(existsSync(path.join(target, 's3', 'stepwell', 'later.txt'))).toBe(false);
  expect(readFileSync(path.join(target, 's3', 'stepwell', 'v1', 'trials', 'x', 'manifest.json'), 'utf8')).toBe(
    'before',
  );
});

test('a folder that is a link stays one: the data goes where it leads', async () => {
  const [link, place] = [path.join(home, 'link'), path.join(home, 'elsewhere', 'place')];
  mkdirSync(place, { recursive: true });
  symlinkSync(place, link);
  await restoreTo(link);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(existsSync(path.join(place, 's3', 'stepwell', 'v1', 'trials', 'x', 'manifest.json'))).toBe(true);
});

test('a damaged back-up, or a file that is none, restores nothing and leaves nothing behind', async () => {
  const bytes = readFileSync(file);
  const damaged = path.join(home, 'damaged.tar');
  bytes[bytes.indexOf('before')] = 'B'.charCodeAt(0);
  writeFileSync(damaged, bytes);
  const other = path.join(home, 'other.tar');
  writeFileSync(other, 'no archive');
  const target = path.join(home, 'never');
  await expect(restoreTo(target, { from: damaged })).rejects.toThrow(
    /is damaged, and nothing was restored: s3\/stepwell\/v1\/trials\/x\/manifest.json not as backed up/,
  );
  await expect(restoreTo(target, { from: other })).rejects.toThrow(/^tar failed/);
  expect(readdirSync(home).filter((name) => name.startsWith('never'))).toEqual([]);
});
