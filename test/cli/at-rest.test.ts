import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createStudyActivities } from '../../activities';
import { memoryStore } from '../../activities/storage/memory';
import { writeOpening } from '../../activities/study/opening';
import { BUCKET, objectFolder } from '../../infra/services/versitygw';
import type { StudyRecord } from '../../workflows/words/progress';
import { sampleStudy, SAMPLE_STUDY } from '../activities/report/sample-study';
import { quietEnvironment } from '../support/activity-environment';
import { stepwell } from '../support/command-line';

const MODEL = 'trials/9c41/model/';

let folder: string;

/** A folder of embedded services, none of which run, with a study that completed and one that was left unfinished. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-at-rest-'));
  const store = memoryStore();
  const { record, decisions } = sampleStudy();
  const { publishStudy, recordDecision } = createStudyActivities({ store, fileRoots: [] });
  const opening = { studyRun: 'run', asked: {}, study: SAMPLE_STUDY };
  await store.put(`${MODEL}model.json`, Buffer.from('{}'));
  for (const studyId of ['digits', 'left']) await writeOpening(store, { ...opening, studyId });
  for (const { decision, trials } of decisions)
    await quietEnvironment().run(recordDecision, { studyId: 'digits', decision, trials });
  const ended: StudyRecord = {
    ...record,
    studyRun: 'run',
    final: { ...record.final!, model: MODEL },
    progress: { ...record.progress, status: 'completed' },
  };
  await quietEnvironment().run(publishStudy, ended);
  for (const { key } of await store.list('')) {
    const file = path.join(objectFolder(folder), BUCKET, 'v1', key);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, (await store.get(key))!.bytes);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PAGE = (): string => path.join(objectFolder(folder), BUCKET, 'v1/studies/digits/report.html');

describe('where no server runs', () => {
  test('list has the studies of the store, and says which go on', async () => {
    const { code, stdout, stderr } = await stepwell('list', '--folder', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^digits +completed +- +\d{4}-\d\d-\d\d /m);
    expect(stdout).toMatch(/^left +unfinished +- +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +-$/m);
    expect(stderr).toContain(`nothing runs in ${folder}: an unfinished study goes on with stepwell run`);
    const { stdout: json } = await stepwell('list', '--json', '--folder', folder);
    expect((JSON.parse(json) as readonly object[]).length).toBe(2);
  });

  test('show tells a result, and of an unfinished study what was decided and how it goes on', async () => {
    const done = await stepwell('show', 'digits', '--folder', folder);
    expect(done.stdout).toContain('study digits is completed');
    expect(done.stdout).toContain(path.relative(process.cwd(), PAGE()));
    const { stdout: json } = await stepwell('show', 'digits', '--json', '--folder', folder);
    expect(JSON.parse(json)).toMatchObject({
      status: 'completed',
      result: { status: 'completed', model: { uri: 's3://stepwell/v1/studies/digits/model/' } },
    });
    const left = await stepwell('show', 'left', '--folder', folder);
    expect(left.stdout).toMatch(/^study left is unfinished; .*\n[^]*nothing runs that could go on with it/);
    expect([done.code, left.code]).toEqual([0, 0]);
  });

  test('report names the page, writes it elsewhere, and shows it', async () => {
    const { stdout } = await stepwell('report', 'digits', '--folder', folder);
    expect(path.resolve(stdout.trim())).toBe(PAGE());
    const out = path.join(folder, 'page.html');
    await stepwell('report', 'digits', '--out', out, '--folder', folder);
    expect(readFileSync(out)).toEqual(readFileSync(PAGE()));
    const none = await stepwell('report', 'left', '--folder', folder);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('it is written when a study ends')]);
  });

  test('verify and export read the files themselves', async () => {
    const verified = await stepwell('verify', 'digits', '--json', '--folder', folder);
    expect(JSON.parse(verified.stdout)).toMatchObject({ studyId: 'digits' });
    const { stdout } = await stepwell('export', 'digits', '--folder', folder);
    expect(stdout.split('\r\n').length).toBeGreaterThan(3);
  });

  test('STEPWELL_FOLDER stands for --folder, which comes before it', async () => {
    process.env['STEPWELL_FOLDER'] = folder;
    try {
      expect((await stepwell('show', 'digits')).code).toBe(0);
      const other = await stepwell('show', 'digits', '--folder', path.join(folder, 'none'));
      expect([other.code, other.stderr]).toEqual([3, expect.stringContaining('no services run in')]);
    } finally {
      delete process.env['STEPWELL_FOLDER'];
    }
  });
});

test('report --open calls the program of the desktop, or says that there is none', async () => {
  const bin = mkdtempSync(path.join(tmpdir(), 'stepwell-opener-'));
  const before = process.env['PATH'];
  process.env['PATH'] = bin;
  try {
    const { stderr } = await stepwell('report', 'digits', '--open', '--folder', folder);
    expect(stderr).toMatch(/^there is no \S+ here: open .*report\.html in a browser\n$/);
    for (const opener of ['xdg-open', 'open'])
      writeFileSync(path.join(bin, opener), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const opened = await stepwell('report', 'digits', '--open', '--folder', folder);
    expect([opened.code, opened.stderr]).toEqual([0, '']);
  } finally {
    process.env['PATH'] = before;
    rmSync(bin, { recursive: true });
  }
});
