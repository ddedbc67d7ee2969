import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectPlaces } from '../../../cli/doctor/places';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'stepwell-places-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('a folder that is there or could be made is found with its free space, also through a link', () => {
  symlinkSync(parent, `${parent}/link`);
  for (const folder of [parent, `${parent}/none/yet`, `${parent}/link/none`])
    expect(inspectPlaces(folder)[0]).toEqual({
      name: 'folder',
      state: 'ok',
      detail: expect.stringMatching(/, [\d.]+ .B free$/),
    });
});

test('a folder that cannot be is missing, with what to do', () => {
  writeFileSync(`${parent}/file`, '');
  expect(inspectPlaces(`${parent}/file/below`)[0]).toEqual({
    name: 'folder',
    state: 'missing',
    detail: `${parent}/file is a file`,
    fix: 'name another with --folder',
  });
});
