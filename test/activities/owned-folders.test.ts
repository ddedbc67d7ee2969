import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { newOwnedFolder, sweepOwned } from '../../activities/owned-folders';

const parent = mkdtempSync(path.join(tmpdir(), 'stepwell-owned-'));
afterAll(() => rmSync(parent, { recursive: true }));

function left(name: string): string {
  const folder = path.join(parent, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'file'), 'left behind');
  return folder;
}

test('what dead processes left is removed, and nothing of anybody else', () => {
  const { pid: dead } = spawnSync('true');
  const mine = newOwnedFolder(parent, 'graph-');
  // The pid is in use, by a later process than the one that made the folder.
  const garbage = [`graph-${hostname()}-${dead}-12-abcdef`, `graph-${hostname()}-${process.pid}-1-abcdef`].map(left);
  const kept = [`graph-elsewhere-${dead}-12-abcdef`, `other-${hostname()}-${dead}-12-abcdef`, 'graph-notes'].map(left);
  sweepOwned(parent, 'graph-');
  const next = newOwnedFolder(parent, 'graph-');
  expect(garbage.filter((folder) => existsSync(folder))).toEqual([]);
  expect([mine, next, ...kept].filter((folder) => !existsSync(folder))).toEqual([]);
});
