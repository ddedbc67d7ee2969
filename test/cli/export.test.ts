import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { main } from '../../cli/main';
import { SAMPLE } from '../activities/interchange/sample-study';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-export-'));
const out = (name: string): string => path.join(folder, name);

/** Where the embedded store keeps the record of a study that ended. */
const record = path.join(folder, 's3/stepwell/v1/studies/digits/study.json');
mkdirSync(path.dirname(record), { recursive: true });
const stage = (name: string, stageId: string, options: object = {}) => ({ stage: name, stageId, options });
const uses = [
  stage('lrRangeTest', 'lr-range-test'),
  stage('regularizationSweep', 'regularization-sweep', { space: SAMPLE.sweeps[0]?.space }),
  stage('finalTrain', 'final-train'),
];
const stages = uses.map(({ stage: name, stageId }) => ({
  stage: name,
  stageId,
  trials: SAMPLE.trials.filter((trial) => trial.stageId === stageId),
}));
writeFileSync(
  record,
  JSON.stringify({ studyId: 'digits', study: { objective: SAMPLE.objective, stages: uses }, progress: { stages } }),
);

let stdout: string;
let stderr: string;
const cluster = process.env['TEMPORAL_ADDRESS'];

beforeEach(() => {
  delete process.env['TEMPORAL_ADDRESS'];
  [stdout, stderr] = ['', ''];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += Buffer.from(text as string).toString('utf8');
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => {
  if (cluster !== undefined) process.env['TEMPORAL_ADDRESS'] = cluster;
  jest.restoreAllMocks();
});

const run = (...args: readonly string[]): Promise<number> => main(['export', 'digits', '--folder', folder, ...args]);

describe('stepwell export', () => {
  test('writes a table of an ended study to stdout, and needs no server for it', async () => {
    expect(await run()).toBe(0);
    expect(stdout.split('\r\n')).toHaveLength(SAMPLE.trials.length + 2);
    expect(stdout).toMatch(/^trial,stage,label,status,score,/);
    expect(stderr).toBe('');
  });

  test.each([
    ['csv', 't'],
    ['json', '{'],
    ['parquet', 'P'],
    ['optuna', 'S'],
    ['optuna-sqlite', 'S'],
    ['optuna-journal', '{'],
  ])('writes %s to a file, whole or not at all', async (format, first) => {
    const file = `all.${format}`;
    expect(await run('--format', format, '--out', out(file))).toBe(0);
    expect(readFileSync(out(file)).subarray(0, 1).toString('latin1')).toBe(first);
    expect([stdout, stderr]).toEqual([
      '',
      format.startsWith('optuna')
        ? `wrote 7 trials of the sweeps of study digits to ${out(file)}\n`
        : `wrote 9 trials of study digits to ${out(file)}\n`,
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('replaces no file unless it is told to', async () => {
    writeFileSync(out('mine.db'), 'mine');
    expect(await run('--format', 'optuna', '--out', out('mine.db'))).toBe(2);
    expect(stderr).toBe(
      `stepwell: ${out('mine.db')} is there already; name another file, or replace it with --force\n`,
    );
    expect(readFileSync(out('mine.db'), 'utf8')).toBe('mine');
    expect(await run('--format', 'optuna', '--out', out('mine.db'), '--force')).toBe(0);
    expect(readFileSync(out('mine.db')).length).toBeGreaterThan(1000);
  });

  test.each([
    [
      ['export', 'nobody', '--folder', folder],
      1,
      /^stepwell: no trials of study nobody can be had: .* has no record, which a study leaves when it ends; for one that was left unfinished, start its workers with: stepwell up\n$/,
    ],
    [
      ['export', '../digits', '--folder', folder],
      2,
      /^stepwell: a study's name is lower-case letters, digits and dashes, got \.\.\/digits\n$/,
    ],
    [['export', 'digits', '--folder', folder, '--out', folder], 2, /^stepwell: --out must be a file, got the folder /],
    [
      ['export', 'digits', '--folder', folder, '--out', path.join(folder, 'no/x.csv')],
      2,
      /^stepwell: --out must be in a folder that exists, got /,
    ],
    [
      ['export', 'digits', '--folder', folder, '--format', 'xlsx'],
      2,
      /argument 'xlsx' is invalid. Allowed choices are csv, json, parquet, optuna, optuna-sqlite, optuna-journal/,
    ],
    [['export'], 2, /missing required argument 'name'/],
  ])('%j exits with %d and says what is wrong', async (args, code, message) => {
    expect(await main(args)).toBe(code);
    expect(stderr).toMatch(message);
  });
});

describe('a study that imports', () => {
  const study = (imports: string, name = 'study.yaml'): string => {
    const file = out(name);
    mkdirSync(out('data'), { recursive: true });
    writeFileSync(
      file,
      `name: small\ndataset: { format: idx, uri: data }\nmodel: { preset: mnist-cnn }\nstages:\n  - stage: regularizationSweep\n    space: { weightDecay: { logUniform: [1e-6, 1e-2] } }\n    sampler: { name: tpe }\n    import:\n${imports}`,
    );
    return file;
  };

  test('what was exported, from beside the study file, is valid', async () => {
    await run('--out', out('old.csv'));
    stderr = '';
    expect(await main(['validate', study('      - { format: csv, uri: old.csv }\n')])).toBe(0);
    expect(stdout).toMatch(/is a valid study: small/);
    expect(stderr).toMatch(
      /^warning: .*study\.yaml:9:9: stages\.0\.import\.0: 4 of 8 trials could not be used: 2 of other stages than sweeps, 1 not ended, 1 weightDecay must lie .*\n/,
    );
  });

  test('its trials are in the study with every default filled', async () => {
    writeFileSync(out('two.csv'), 'weightDecay,score\n1e-3,0.5\n1e-4,0.6\n');
    expect(await main(['validate', '--json', study('      - { format: csv, uri: two.csv }\n')])).toBe(0);
    const { stages: parsed } = JSON.parse(stdout) as {
      readonly stages: readonly {
        readonly options: { readonly imported?: readonly { readonly trials: readonly object[] }[] };
      }[];
    };
    expect(parsed[0]?.options.imported?.[0]?.trials).toEqual([
      { hparams: { weightDecay: 1e-3 }, score: 0.5 },
      { hparams: { weightDecay: 1e-4 }, score: 0.6 },
    ]);
  });

  test('what is not there is told with its line, before anything starts', async () => {
    expect(
      await main([
        'validate',
        study('      - { format: csv, uri: nowhere.csv }\n      - { format: json, uri: study.yaml }\n'),
      ]),
    ).toBe(2);
    expect(stderr).toMatch(
      /has 2 problems\n.*study\.yaml:9:9: stages\.0\.import\.0: there is no file nowhere\.csv in .*\n.*study\.yaml:10:9: stages\.0\.import\.1: the file is not JSON/,
    );
  });

  test('what no import can be is told with the rest of the study', async () => {
    const file = study(
      '      - { format: cvs, uri: old.csv }\n      - { format: csv }\n      - { format: study, uri: old.csv }\n      - { format: csv, uri: "http://host/x.csv" }\n    enqueue: [{ weightDecay: 1 }, { dropout: 0.1 }, {}]\n',
    );
    expect(await main(['validate', file])).toBe(2);
    expect(stderr).toMatch(
      /stages\.0\.import\.0\.format: must be one of csv, json, parquet, optuna-sqlite, optuna-journal, study, got "cvs"; did you mean "csv"\?/,
    );
    expect(stderr).toMatch(/stages\.0\.import\.3\.uri: must be a path, a file:\/\/ or an s3:\/\/ address/);
    expect(stderr).toMatch(/stages\.0\.enqueue\.2: must name at least one hyperparameter/);
  });
});
