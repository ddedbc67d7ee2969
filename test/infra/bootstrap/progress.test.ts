import { load } from './sandbox';

interface Task {
  doing(text: string): void;
  detail(text: string): void;
  end(result: string): void;
  fail(): void;
}
interface Progress {
  begin(name: string): Task;
  say(text: string): void;
  stop(): void;
}
const { createProgress } = load<{ createProgress(output: object): Progress }>('progress.cjs');

let written: string[];
const progressOn = (output: { readonly isTTY?: boolean; readonly columns?: number }): Progress =>
  createProgress({ ...output, write: (text: string) => written.push(text) });

beforeEach(() => {
  written = [];
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

/** What a terminal shows after all that was written: it obeys "up so many lines" and "erase all below". */
function screen(): readonly string[] {
  const lines: string[] = [];

  for (const [, up, text] of written.join('').matchAll(/\x1b\[(\d+)A\x1b\[J|([^\n\x1b]*)\n/g)) {
    if (up !== undefined) lines.splice(lines.length - Number(up));
    else lines.push(text ?? '');
  }
  return lines;
}

test('a terminal shows a line for each part at work, changed in place, and one for each that is done', () => {
  const progress = progressOn({ isTTY: true, columns: 60 });
  const [first, second] = [progress.begin('versitygw'), progress.begin('temporal')];
  first.doing('building');
  second.doing('downloading');
  second.detail('7 of 44 MB');
  jest.advanceTimersByTime(1200);
  expect(screen()).toEqual(['versitygw: building (1 s)', 'temporal: downloading 7 of 44 MB (1 s)']);
  progress.say('by the way');
  second.end('1.9.1 (PyPI)');
  expect(screen()).toEqual(['by the way', 'temporal: 1.9.1 (PyPI), ready after 1 s', 'versitygw: building (1 s)']);
  first.fail();
  expect(screen().at(-1)).toBe('versitygw: failed after 1 s');
});

test('a line that is too long for the terminal is cut, as one that wraps could not be erased', () => {
  progressOn({ isTTY: true, columns: 20 }).begin('versitygw').doing('building a long name');
  expect(screen()).toEqual(['versitygw: buildin…']);
});

test('stopping takes the changing lines away', () => {
  const progress = progressOn({ isTTY: true });
  progress.begin('temporal').doing('downloading');
  progress.stop();
  expect(screen()).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

test('anything else gets a plain line for each step, one for each part every 15 s, and one at the end', () => {
  const progress = progressOn({});
  const [first, second] = [progress.begin('versitygw'), progress.begin('temporal')];
  first.doing('building');
  second.doing('downloading');
  jest.advanceTimersByTime(15_000);
  second.end('1.9.1 (PyPI)');
  jest.advanceTimersByTime(15_000);
  first.end('1.8.0 (built from source)');
  expect(written.join('').split('\n')).toEqual([
    'versitygw: building (0 s)',
    'temporal: downloading (0 s)',
    'versitygw: building (15 s)',
    'temporal: downloading (15 s)',
    'temporal: 1.9.1 (PyPI), ready after 15 s',
    'versitygw: building (30 s)',
    'versitygw: 1.8.0 (built from source), ready after 30 s',
    '',
  ]);
  expect(jest.getTimerCount()).toBe(0);
});
