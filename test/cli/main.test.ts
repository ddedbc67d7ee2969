import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createProgram, main } from '../../cli/main';

let stdout: string;
let stderr: string;

beforeEach(() => {
  stdout = '';
  stderr = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());

const VERBS = [
  'run',
  'validate',
  'plan',
  'watch',
  'list',
  'show',
  'report',
  'export',
  'predict',
  'serve',
  'pause',
  'resume',
  'approve',
  'skip',
  'enqueue',
  'set-parallel',
  'extend',
  'cancel',
  'rerun',
  'recover',
  'verify',
  'gc',
  'up',
  'down',
  'backup',
  'restore',
  'worker',
  'doctor',
  'bootstrap',
];

describe('the command line', () => {
  test('has every verb, each with a description', () => {
    expect(createProgram().commands.map((command) => command.name())).toEqual(VERBS);
    for (const command of createProgram().commands) expect(command.description()).toMatch(/^[a-z].*[^.]$/);
  });

  test.each([[['--help']], [['run', '--help']], [['worker', 'tuner', '--help']], [['--version']]])(
    '%j prints to stdout and exits with 0',
    async (args) => {
      expect(await main(args)).toBe(0);
      expect([stdout.length > 0, stderr]).toEqual([true, '']);
    },
  );

  test.each([
    [['rnu'], "unknown command 'rnu'\n(Did you mean run?)"],
    [['run', 'a.yaml', 'b.yaml'], 'too many arguments'],
    [['run', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)"],
    [['run', '--folder'], "option '--folder <folder>' argument missing"],
    [['watch'], "missing required argument 'name'"],
    [['worker', 'gpu'], "unknown command 'gpu'"],
  ])('%j exits with 2 and says what is wrong', async (args, message) => {
    expect(await main(args)).toBe(2);
    expect(stderr).toContain(`stepwell: ${message}`);
    expect(stdout).toBe('');
  });

  test.each([[['run', 'none.yaml']], [['plan', 'none.yaml']], [['validate', 'none.yaml']]])(
    '%j exits with 2, one sentence and no stack',
    async (args) => {
      expect(await main(args)).toBe(2);
      expect(stderr).toBe(
        'stepwell: study file none.yaml does not exist; name a YAML or JSON file, e.g. stepwell run study.yaml\n',
      );
    },
  );

  test('with --json a failure is one JSON value on stdout as well', async () => {
    expect(await main(['run', 'none.yaml', '--json'])).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      studyId: null,
      status: 'failed',
      error: { type: 'InvalidStudy', message: expect.stringContaining('none.yaml does not exist') },
    });
  });

  test('a study with mistakes starts nothing: all of them, and exit 2', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-main-')), 'study.yaml');
    writeFileSync(file, 'name: X\nstages: []\n');
    expect(await main(['run', file])).toBe(2);
    expect(stderr).toMatch(/has \d problems\n[^]*:1:1: name: [^]*:2:1: stages: /);
  });

  test('STEPWELL_DEBUG=1 shows the stack', async () => {
    const errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    process.env['STEPWELL_DEBUG'] = '1';
    try {
      await main(['run', 'none.yaml']);
    } finally {
      delete process.env['STEPWELL_DEBUG'];
    }
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({ name: 'CommandError', stack: expect.stringContaining('read-study') }),
    );
  });
});
