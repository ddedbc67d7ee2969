import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { clearLeftovers, partPath, replacedPath, scratchPath, stagingPath } from '../../../infra/backup/leftovers';

let parent: string;
let home: string;
let file: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'stepwell-leftovers-'));
  [home, file] = [path.join(parent, 'home'), path.join(parent, 'all.tar')];
  mkdirSync(home);
});
afterEach(() => rmSync(parent, { recursive: true }));

/** As if a process had had the path that had this one's id before it began. */
const ofDead = (owned: string): string => owned.replace(/-\d+(-[0-9a-f]{8}(\.part)?)$/, '-1$1');
const ofOtherHost = (owned: string): string => owned.replace(hostname(), 'another');

function dataIn(folder: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'data'), text);
  return folder;
}

test('what back-ups and restores that were killed left goes; what lives, or is of another host, stays', () => {
  const [scratch, part, staging] = [scratchPath(home), partPath(file), stagingPath(home)];
  const dead = [scratch, part, staging].map(ofDead);
  const alive = [scratch, part, staging];
  const others = [
    ofOtherHost(ofDead(staging)),
    `${home}.restore-mine`,
    `${file}.1.part`,
    path.join(home, 'backup-mine'),
  ];
  for (const one of [...dead, ...alive, ...others]) dataIn(one, '');
  clearLeftovers(home, file);
  expect([...dead, ...alive, ...others].filter((one) => existsSync(one))).toEqual([...alive, ...others]);
});

test('data that a restore had set aside comes back if its own was not in place when it was killed', () => {
  rmSync(home, { recursive: true });
  const staging = dataIn(ofDead(stagingPath(home)), 'new');
  dataIn(replacedPath(staging), 'old');
  clearLeftovers(home, file);
  expect(readFileSync(path.join(home, 'data'), 'utf8')).toBe('old');
  expect(readdirSync(parent)).toEqual(['home']);
});

test('data that was set aside goes once the new is in place, and stays where somebody has begun anew', () => {
  const [done, undone] = [ofDead(stagingPath(home)), dataIn(ofDead(stagingPath(home)), 'new')];
  dataIn(replacedPath(done), 'old');
  dataIn(replacedPath(undone), 'old');
  clearLeftovers(home, file);
  expect(readdirSync(parent).sort()).toEqual(['home', path.basename(undone), path.basename(replacedPath(undone))]);
});
