import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { collectedText } from '../../cli/commands/gc';
import { checkedText } from '../../cli/commands/verify';
import { durationSeconds } from '../../cli/arguments';
import { main } from '../../cli/main';
import { counterOn } from '../../cli/progress/counter';

let stdout: string;
let stderr: string;
let folder: string;

beforeEach(() => {
  [stdout, stderr] = ['', ''];
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-store-verbs-'));
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('verbs of the store', () => {
  test.each([[['gc']], [['verify', 'digits']], [['recover']], [['rerun', 'digits', '--from', 'finalTrain']]])(
    '%j where there is no store exits with 3 and says what to do',
    async (args) => {
      expect(await main([...args, '--folder', folder, '--json'])).toBe(3);
      expect(stderr).toBe(
        `stepwell: there is no store in ${folder}; name the folder of the services with --folder, or set TEMPORAL_ADDRESS to use a cluster and its store\n`,
      );
      expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', error: { type: 'NoStore' } });
    },
  );

  test.each([
    [['gc', '--older-than', 'soon'], 'must be a number and a unit: s, m, h, d or w, e.g. 12h or 7d.'],
    [['rerun', 'digits'], "required option '--from <stage>' not specified"],
    [['rerun', 'digits', '--from', 'x', '--set', 'epochs'], 'must be path=value, e.g. training.epochs=40.'],
    [['rerun', 'digits', '--from', 'x', '--set', 'a=[1'], 'must have a value that is YAML, got [1'],
    [['verify'], "missing required argument 'name'"],
    [['backup'], "missing required argument 'file'"],
  ])('%j exits with 2 and says what is wrong', async (args, message) => {
    expect(await main(args)).toBe(2);
    expect(stderr).toContain(message);
  });

  test.each([
    [['backup'], /^stepwell: there is nothing to back up in .*; name the folder of the services with --folder\n$/],
    [['restore'], /^stepwell: back-up .*none\.tar is no file; name one that stepwell backup wrote\n$/],
  ])('%j with nothing to take from exits with 1 and changes nothing', async ([verb = ''], message) => {
    expect(await main([verb, path.join(folder, 'none.tar'), '--folder', path.join(folder, 'services')])).toBe(1);
    expect([stderr, stdout]).toEqual([expect.stringMatching(message), '']);
  });
});

describe('what they print', () => {
  test('a collection is a line for each folder and their sum', () => {
    const items = [
      { folder: 'trials/a/', why: 'leftovers of crashed attempts', objects: 2, bytes: 1500 },
      { folder: 'datasets/b/', why: 'data set that no study refers to', objects: 1, bytes: 7 },
    ];
    expect(collectedText({ items, problems: ['trial manifest must be one'] }, true)).toBe(
      [
        'trials/a/    2 objects  1.5 kB  leftovers of crashed attempts',
        'datasets/b/  1 object   7 B     data set that no study refers to',
        'left alone: trial manifest must be one',
        'would delete 3 objects, 1.5 kB',
      ].join('\n'),
    );
    expect(collectedText({ items: [], problems: [] }, false)).toBe('nothing to delete');
  });

  test('damage is a key, two hashes and the fix', () => {
    expect(checkedText('digits', { objects: 9, bytes: 2e9, damage: [] })).toBe(
      'study digits is whole: 9 objects, 2.0 GB',
    );
    expect(
      checkedText('digits', {
        objects: 9,
        bytes: 10,
        damage: [{ key: 'k', expected: 'a', actual: 'b', fix: 'delete it' }],
      }),
    ).toBe('k\n  expected a, got b\n  delete it\nstudy digits is damaged: 1 of 9 objects, 10 B');
  });

  test('durations are read in units', () => {
    expect(['0s', '90s', '1.5m', '12h', '7d', '2w'].map(durationSeconds)).toEqual([
      0, 90, 90, 43_200, 604_800, 1_209_600,
    ]);
  });

  test('progress is one line on a terminal, and seldom lines elsewhere', () => {
    const written: string[] = [];
    const stream = (isTTY: boolean) =>
      ({
        isTTY,
        write: (text: string) => {
          written.push(text);
          return true;
        },
      }) as unknown as NodeJS.WriteStream;
    for (const isTTY of [true, false]) {
      const counter = counterOn(stream(isTTY));
      counter.show('1');
      counter.show('2');
      counter.end();
    }
    expect(written).toEqual(['\r\u001b[K1', '\r\u001b[K', '1\n']);
  });
});
