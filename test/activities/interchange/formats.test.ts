import fc from 'fast-check';
import { TRIAL_FORMATS } from '../../../activities/interchange/formats';
import type { ExportedStudy, ForeignTrials } from '../../../activities/interchange/trial-row';
import { fittedTrials } from '../../../activities/interchange/warm-start/fit-space';
import { SAMPLE, SAMPLE_TRIALS } from './sample-study';

type Name = keyof typeof TRIAL_FORMATS;

const NAMES = Object.keys(TRIAL_FORMATS) as Name[];
const TABLES: readonly Name[] = ['csv', 'json', 'parquet'];
const [{ space }] = SAMPLE.sweeps as [ExportedStudy['sweeps'][number]];

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const read = (name: Name, content: string | Uint8Array, options = {}): Promise<ForeignTrials> =>
  TRIAL_FORMATS[name].read(Buffer.from(content as string), options);

describe.each(NAMES)('the format %s', (name) => {
  /**
   * Optuna's failures say nothing of a point, so that what diverged is not among its trials; and it has no values
   * outside of its space.
   */
  const expected = TABLES.includes(name)
    ? SAMPLE_TRIALS
    : SAMPLE_TRIALS.filter(({ weightDecay }) => weightDecay !== 1e-2).map((trial) =>
        trial.weightDecay === 0 ? { score: trial.score } : trial,
      );

  it('says of a sweep to another what there is to say: its scores, what is known to be bad, and nothing of what runs', async () => {
    const { trials, notes } = fittedTrials(
      await read(name, await TRIAL_FORMATS[name].write(SAMPLE)),
      { ...space, weightDecay: { uniform: [0, 1] } },
      'minimize',
    );
    expect(trials.map(({ hparams: { weightDecay }, score }) => ({ weightDecay, score }))).toEqual(expected);
    expect(trials[1]?.hparams).toEqual({ weightDecay: 3.1e-4, regularizer: 'dropout', dropoutRate: 0.25, flip: 0 });
    expect(notes.join()).toMatch(/1 not ended/);
  });

  it('brings back any trials, with their kinds of values', async () => {
    const hparams = fc.record({
      weightDecay: fc.double({ min: 1e-6, max: 1e-2, noNaN: true }),
      units: fc.integer({ min: 1, max: 512 }),
      kind: fc.constantFrom('a', 'b "c", d', '1'),
      flag: fc.boolean(),
    });
    const trial = fc.record({
      hparams,
      score: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    });
    const wide = {
      weightDecay: { logUniform: [1e-6, 1e-2] },
      units: { integer: [1, 512] },
      kind: { choice: ['a', 'b "c", d', '1'] },
      flag: { choice: [false, true] },
    } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(trial, { minLength: 1, maxLength: 12 }), async (trials) => {
        const study: ExportedStudy = {
          ...SAMPLE,
          sweeps: [{ stageId: 'regularization-sweep', space: wide }],
          trials: trials.map((one, i) => ({ ...SAMPLE.trials[1]!, trialId: `regularization-sweep/${i}`, ...one })),
        };
        const foreign = await read(name, await TRIAL_FORMATS[name].write(study));
        expect(fittedTrials(foreign, wide, 'minimize').trials).toEqual(
          trials
            .filter(({ score }) => score !== null)
            .map(({ hparams: values, score }) => ({ hparams: values, score: score! + 0 })),
        );
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['nothing', ''],
    ['noise', '\0\x01\x02'],
    ['a picture', '\x89PNG\r\n'],
  ])('refuses %s in one sentence', async (_, content) => {
    await expect(read(name, Buffer.from(content, 'latin1'))).rejects.toMatchObject({
      name: 'TrialsUnreadable',
      message: expect.stringMatching(/^[^\n]+$/),
    });
  });
});

describe('an export as a table', () => {
  it('has a row for every trial of every stage, and a column for every hyperparameter', async () => {
    const lines = text(await TRIAL_FORMATS.csv.write(SAMPLE)).split('\r\n');
    expect(lines[0]).toBe(
      'trial,stage,label,status,score,epochs,deviceSeconds,reused,hash,hparams.learningRate,hparams.batchSize,hparams.weightDecay,hparams.regularizer,hparams.flip,hparams.dropoutRate',
    );
    expect(lines[1]).toBe('lr-range-test/000,lr-range-test,seed 1 of 3,completed,,4,12.25,false,ab12,0.001,32,,,,');
    expect(lines[2]).toBe(
      'regularization-sweep/000,regularization-sweep,"the study, ""as"" it\nstands",completed,0.61,4,12.25,false,ab12,0.001,32,0,none,0,',
    );
    expect(lines).toHaveLength(SAMPLE.trials.length + 2);
  });

  it('has the same as JSON, with the objective', async () => {
    const { objective, trials, study } = JSON.parse(text(await TRIAL_FORMATS.json.write(SAMPLE))) as {
      readonly objective: object;
      readonly trials: readonly object[];
      readonly study: string;
    };
    expect([study, objective, trials.length]).toEqual([
      'digits',
      { metric: 'valLoss', direction: 'minimize' },
      SAMPLE.trials.length,
    ]);
    expect(trials[2]).toEqual({
      trial: 'regularization-sweep/001',
      stage: 'regularization-sweep',
      label: 'point 1',
      status: 'earlyStopped',
      score: 0.55,
      epochs: 3.5,
      deviceSeconds: 12.25,
      reused: false,
      hash: 'ab12',
      hparams: {
        learningRate: 1e-3,
        batchSize: 32,
        weightDecay: 3.1e-4,
        regularizer: 'dropout',
        flip: 0,
        dropoutRate: 0.25,
      },
    });
  });

  it('has typed columns as Parquet, nulls where there is nothing', async () => {
    const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
    const bytes = await TRIAL_FORMATS.parquet.write(SAMPLE);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const types = Object.fromEntries(
      parquetMetadata(file)
        .schema.slice(1)
        .map(({ name, type, converted_type: converted }) => [name, converted ?? type]),
    );
    expect(types).toMatchObject({
      trial: 'UTF8',
      score: 'DOUBLE',
      epochs: 'DOUBLE',
      reused: 'BOOLEAN',
      'hparams.weightDecay': 'DOUBLE',
      'hparams.regularizer': 'UTF8',
    });
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(SAMPLE.trials.length);
    expect(rows[1]).toMatchObject({
      trial: 'regularization-sweep/000',
      score: 0.61,
      reused: false,
      'hparams.dropoutRate': null,
    });
  });

  it.each(TABLES)('is written as %s of a study that has no trials yet', async (name) => {
    expect((await TRIAL_FORMATS[name].write({ ...SAMPLE, trials: [] })).length).toBeGreaterThan(0);
  });
});

describe("a table of somebody else's", () => {
  it('has its hyperparameters in the columns that are nothing else', async () => {
    const { trials } = await read('csv', 'weightDecay,dropoutRate,valLoss,seed\n1e-3,0.2,0.5,7\n1e-4,,0.6,8\n');
    expect(trials).toEqual([
      { hparams: { weightDecay: '1e-3', dropoutRate: '0.2' }, score: 0.5 },
      { hparams: { weightDecay: '1e-4' }, score: 0.6 },
    ]);
  });

  it('may name the column of its scores', async () => {
    expect((await read('csv', 'wd,f1\n1,0.5\n', { score: 'f1' })).trials).toEqual([
      { hparams: { wd: '1' }, score: 0.5 },
    ]);
    await expect(read('csv', 'wd,f1\n1,0.5\n', { score: 'f2' })).rejects.toThrow(
      "there must be the column f2 with the scores, got wd, f1; name yours in the import's score",
    );
    await expect(read('csv', 'wd,f1\n1,0.5\n')).rejects.toThrow(
      "there must be a column named score, value, or as a metric, e.g. valLoss, with the scores, got wd, f1; name yours in the import's score",
    );
  });

  it('tells of what diverged by NaN and infinities, and nothing by an empty score', async () => {
    const { trials, leftOut } = await read('csv', 'wd,score\n1,nan\n2,inf\n3,-Infinity\n4,\n5,0.5\n');
    expect(trials.map(({ score }) => score)).toEqual([null, null, null, 0.5]);
    expect([...leftOut]).toEqual([['without a score', 1]]);
  });

  it('must have numbers for scores', async () => {
    await expect(read('csv', 'wd,score\n1,good\n')).rejects.toThrow('scores must be numbers, got "good"');
  });

  it('must have a hyperparameter', async () => {
    await expect(read('csv', 'trial,score\na,1\n')).rejects.toThrow(
      'there is no column of a hyperparameter, only trial, score',
    );
  });

  it('is read from JSON as well, as Python writes it', async () => {
    const { trials } = await read(
      'json',
      '[{"config/wd": 1, "score": NaN, "note": "NaN"}, {"config/wd": 0.5, "score": -Infinity}, {"config/wd": 2, "score": 1.5}]',
    );
    expect(trials).toEqual([
      { hparams: { wd: 1 }, score: null },
      { hparams: { wd: 0.5 }, score: null },
      { hparams: { wd: 2 }, score: 1.5 },
    ]);
  });

  it.each([
    ['{"trials": 3}', /something else is there at trials$/],
    ['[[1]]', /something else is there at 0$/],
    ['{', /^the file is not JSON: /],
    ['[{"a": {"b": 1}}]', /at 0\.a$/],
  ])('is refused as %s', async (content, message) => {
    await expect(read('json', content)).rejects.toThrow(message);
  });

  it('must be UTF-8', async () => {
    await expect(TRIAL_FORMATS.csv.read(Buffer.from('wd,score\n\xff,1\n', 'latin1'), {})).rejects.toThrow(
      'the file must be text in UTF-8, which it is not; save it as UTF-8',
    );
  });

  it('is refused as Parquet that breaks off', async () => {
    const bytes = await TRIAL_FORMATS.parquet.write(SAMPLE);
    await expect(TRIAL_FORMATS.parquet.read(bytes.subarray(0, bytes.length / 2), {})).rejects.toMatchObject({
      name: 'TrialsUnreadable',
    });
  });
});
