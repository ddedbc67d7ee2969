import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { foreignDatabases, temporalDatabase } from '../../../infra/services/temporal-database';

const older = { version: '1.5.1, server 1.29.1' };
const newer = { version: '1.9.1, server 1.32.0' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-database-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('each version of the server has a database of its own', () => {
  expect(path.basename(temporalDatabase(folder, newer))).toBe('temporal-1.9.1-server-1.32.0.db');
  expect(temporalDatabase(folder, older)).not.toBe(temporalDatabase(folder, newer));
});

test('a folder that only has a database of another version is told of, with what helps', () => {
  writeFileSync(temporalDatabase(folder, older), '');
  expect(foreignDatabases(folder, newer)).toBe(
    'Temporal 1.9.1, server 1.32.0 cannot use temporal-1.5.1-server-1.29.1.db, which another version wrote, and begins an empty database; ' +
      'studies that were unfinished go on with stepwell recover, or with the version that wrote it on PATH',
  );
});

test('nothing is said of an empty folder, of none, or where the version has its own database', () => {
  expect(foreignDatabases(folder, newer)).toBeUndefined();
  expect(foreignDatabases(path.join(folder, 'none'), newer)).toBeUndefined();
  for (const version of [older, newer]) writeFileSync(temporalDatabase(folder, version), '');
  expect(foreignDatabases(folder, newer)).toBeUndefined();
});
