import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentialsOf } from '../../../infra/services/credentials';
import { prepareFolder, readJson } from '../../../infra/services/folder';
import { withFolderLock } from '../../../infra/services/folder-lock';
import { addUser, readRecord, recordServer, removeAllUsers, removeUser } from '../../../infra/services/record';

/** No process has this pid on any system. */
const DEAD = { pid: 2 ** 30, startTime: '1' };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-folder-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder is made for its owner only and kept out of version control', () => {
  const made = prepareFolder(path.join(folder, 'a', 'b'));
  expect(statSync(made).mode & 0o777).toBe(0o700);
  expect(readFileSync(path.join(made, '.gitignore'), 'utf8')).toBe('*\n');
});

test('a folder that cannot be made is a typed error that names it and the way out', () => {
  writeFileSync(path.join(folder, 'file'), '');
  expect(() => prepareFolder(path.join(folder, 'file'))).toThrow(
    expect.objectContaining({
      name: 'ServiceFailed',
      message: expect.stringMatching(/file cannot hold the services \(EEXIST\); name another with --folder/),
    }),
  );
});

test.each(['/proc/none/stepwell', '/sys/stepwell', '/dev/stepwell', '/tmp/../proc'])(
  '%s is refused before anything is made there',
  (place) => {
    expect(() => prepareFolder(place)).toThrow(
      expect.objectContaining({
        name: 'ServiceFailed',
        message: expect.stringMatching(/is the system's own; name another with --folder$/),
      }),
    );
  },
);

test('a file that is missing, broken or below a file counts as nothing known', () => {
  writeFileSync(path.join(folder, 'broken'), '{"pid":');
  expect(['none', 'broken', 'broken/below'].map((name) => readJson(path.join(folder, name)))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('credentials are random by folder, and the same for a folder each time', () => {
  const first = credentialsOf(folder);
  expect(credentialsOf(folder)).toEqual(first);
  const other = credentialsOf(prepareFolder(path.join(folder, 'other')));
  expect(other.accessKeyId).not.toBe(first.accessKeyId);
  expect(other.secretAccessKey).not.toBe(first.secretAccessKey);
});

test('ports outlive the process that listened on them', () => {
  recordServer(folder, 'temporal', { port: 1, uiPort: 2, process: DEAD });
  recordServer(folder, 'versitygw', { port: 3 });
  recordServer(folder, 'temporal', { port: 1, uiPort: 2 });
  expect(readRecord(folder).servers).toEqual({ temporal: { port: 1, uiPort: 2 }, versitygw: { port: 3 } });
});

test('a process that uses the services twice is a user until it has left twice', () => {
  addUser(folder);
  addUser(folder);
  expect(removeUser(folder)).toHaveLength(1);
  expect(removeUser(folder)).toEqual([]);
});

test('a user that has died counts no more', () => {
  writeFileSync(path.join(folder, 'services.json'), JSON.stringify({ servers: {}, users: [DEAD] }));
  addUser(folder);
  expect(readRecord(folder).users.map(({ pid }) => pid)).toEqual([process.pid]);
  removeAllUsers(folder);
  expect(readRecord(folder).users).toEqual([]);
});

test("a folder's lock lets one in at a time", async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withFolderLock(folder, async () => {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
});

test('the lock of a process that has died is taken over', async () => {
  writeFileSync(path.join(folder, 'services.lock'), JSON.stringify({ ...DEAD, token: 'dead' }));
  await expect(withFolderLock(folder, async () => 'in')).resolves.toBe('in');
});

test('a lock is given back when what it guarded fails', async () => {
  await expect(
    withFolderLock(folder, async () => {
      throw new Error('failed inside');
    }),
  ).rejects.toThrow('failed inside');
  await expect(withFolderLock(folder, async () => 'in')).resolves.toBe('in');
});
