import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TRIAL_FORMATS } from '../../../activities/interchange/formats';
import type { ForeignTrials } from '../../../activities/interchange/trial-row';
import { SAMPLE } from './sample-study';

const fixture = (name: string): Buffer => readFileSync(path.join(__dirname, 'fixtures', name));

interface Recorded {
  readonly state: string;
  readonly value: number | string | null;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What Optuna itself said of the same storages. */
const recorded = JSON.parse(fixture('optuna.json').toString('utf8')) as {
  readonly sqlite: readonly Recorded[];
  readonly journal: readonly Recorded[];
};

const STORAGES = [
  { name: 'optuna-sqlite', file: 'optuna.db', trials: recorded.sqlite },
  { name: 'optuna-journal', file: 'optuna-journal.jsonl', trials: recorded.journal },
] as const;

describe.each(STORAGES)('a storage that Optuna wrote, $name', ({ name, file, trials }) => {
  const read = (study?: string): Promise<ForeignTrials> => TRIAL_FORMATS[name].read(fixture(file), { study });

  it('has the values that Optuna has, its conditional and categorical ones among them', async () => {
    const found = await read('accuracy');
    const complete = trials.filter(({ state }) => state === 'COMPLETE' || state === 'PRUNED');
    expect(found.trials.map(({ hparams }) => hparams)).toEqual(complete.map(({ params }) => params));
    expect(found.trials.map(({ score }) => score)).toEqual(
      complete.map(({ state, value }) => (state === 'COMPLETE' && typeof value === 'number' ? value : null)),
    );
    expect(found.direction).toBe('maximize');
  });

  it('has trials that say nothing: failed, running and waiting ones', async () => {
    expect([...(await read('accuracy')).leftOut]).toEqual([
      ['failed for a reason that may not lie in its hyperparameters', 1],
      ['not ended', 2],
    ]);
  });

  it('has several studies, of which one must be named', async () => {
    await expect(read()).rejects.toThrow(
      "the storage has 3 studies: name one in the import's study, of accuracy, two objectives, loss",
    );
    await expect(read('deleted')).rejects.toThrow(
      'the storage has no study deleted, only accuracy, two objectives, loss',
    );
    expect(await read('loss')).toMatchObject({ direction: 'minimize', trials: [{}, {}] });
  });

  it('may have studies that a sweep cannot learn from', async () => {
    await expect(read('two objectives')).rejects.toThrow(
      'study two objectives has 2 objectives; a sweep learns from one',
    );
  });
});

it("a data frame of Optuna's as CSV says the same as its storage", async () => {
  const [frame, storage] = await Promise.all([
    TRIAL_FORMATS.csv.read(fixture('optuna-frame.csv'), {}),
    TRIAL_FORMATS['optuna-sqlite'].read(fixture('optuna.db'), { study: 'accuracy' }),
  ]);
  expect(frame.trials.map(({ score }) => score)).toEqual(storage.trials.map(({ score }) => score));
  expect(frame.trials.map(({ hparams }) => Number(hparams['weightDecay']))).toEqual(
    storage.trials.map(({ hparams }) => hparams['weightDecay']),
  );
  expect(Object.keys(frame.trials[0]?.hparams ?? {})).toEqual(Object.keys(storage.trials[0]?.hparams ?? {}));
});

describe('a storage that breaks off', () => {
  it('is read up to the line that is being written', async () => {
    const whole = fixture('optuna-journal.jsonl').toString('utf8').trimEnd();
    const { trials } = await TRIAL_FORMATS['optuna-journal'].read(Buffer.from(whole.slice(0, -20)), {
      study: 'accuracy',
    });
    expect(trials).toHaveLength(
      recorded.journal.filter(({ state }) => state === 'COMPLETE' || state === 'PRUNED').length,
    );
  });

  it('is told by its line where it is broken before', async () => {
    const lines = fixture('optuna-journal.jsonl').toString('utf8').split('\n');
    await expect(
      TRIAL_FORMATS['optuna-journal'].read(
        Buffer.from([lines[0], lines[1]?.slice(5), ...lines.slice(2)].join('\n')),
        {},
      ),
    ).rejects.toThrow(/^line 2 of the journal is not JSON: /);
  });

  it('is no database, or a database of something else', async () => {
    await expect(TRIAL_FORMATS['optuna-sqlite'].read(fixture('optuna-journal.jsonl'), {})).rejects.toThrow(
      'the file is not a SQLite database',
    );
    await expect(TRIAL_FORMATS['optuna-sqlite'].read(fixture('optuna.db').subarray(0, 4096), {})).rejects.toThrow(
      /^the database is no storage of Optuna's: /,
    );
  });
});

describe('a storage for Optuna', () => {
  it('has the tables and versions that Optuna itself wrote', async () => {
    const shape = async (bytes: Uint8Array): Promise<unknown> => {
      const { Database } = await (require('sql.js') as typeof import('sql.js'))();
      const database = new Database(bytes);
      const tables = database.exec(
        "SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid",
      )[0]?.values;
      return {
        tables,
        versions: database.exec('SELECT schema_version, library_version FROM version_info')[0]?.values,
        alembic: database.exec('SELECT * FROM alembic_version')[0]?.values,
      };
    };
    expect(await shape(await TRIAL_FORMATS['optuna-sqlite'].write(SAMPLE))).toEqual(await shape(fixture('optuna.db')));
  });

  it.each(['optuna-sqlite', 'optuna-journal'] as const)('needs a sweep, as %s', async (name) => {
    await expect(TRIAL_FORMATS[name].write({ ...SAMPLE, sweeps: [] })).rejects.toThrow(
      'study digits has no sweep, whose trials Optuna could hold; export it as csv, json or parquet',
    );
  });

  it('has a study for each sweep', async () => {
    const two = {
      ...SAMPLE,
      sweeps: [...SAMPLE.sweeps, { stageId: 'regularization-sweep-2', space: { flip: { choice: [0, 0.5] } } }],
      trials: [
        ...SAMPLE.trials,
        { ...SAMPLE.trials[1]!, trialId: 'regularization-sweep-2/000', stageId: 'regularization-sweep-2' },
      ],
    };
    for (const name of ['optuna-sqlite', 'optuna-journal'] as const) {
      const { trials } = await TRIAL_FORMATS[name].read(await TRIAL_FORMATS[name].write(two), {
        study: 'digits/regularization-sweep-2',
      });
      expect(trials).toEqual([{ hparams: { flip: 0 }, score: 0.61 }]);
    }
  });
});
