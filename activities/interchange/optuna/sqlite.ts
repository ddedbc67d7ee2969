import { TrialsUnreadable } from '../trial-row';
import type { ExportedStudy, ForeignValue, TrialFormat } from '../trial-row';
import { valueIn } from './distribution';
import { optunaStudies, trialsOfStudy } from './optuna-study';
import type { FoundStudy, FoundTrial, OptunaTrial } from './optuna-study';
import { ALEMBIC_REVISION, LIBRARY_VERSION, SCHEMA_VERSION, TABLES } from './schema';

type Cell = number | string | null;

/** The part of a SQLite database that is used here. */
interface Database {
  run(sql: string, values?: Cell[]): unknown;
  exec(sql: string): { readonly values: readonly (readonly unknown[])[] }[];
  export(): Uint8Array;
  close(): void;
}

/** First bytes of every SQLite database. Source: SQLite, "Database File Format", section 1.2. */
const MAGIC = 'SQLite format 3\0';

/** Optuna's RDB storage in SQLite, as `optuna.load_study(storage="sqlite:///FILE")` opens it. */
export const optunaSqlite: TrialFormat = {
  extension: '.db',
  async read(bytes, { study }) {
    if (Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') !== MAGIC)
      throw new TrialsUnreadable('the file is not a SQLite database');
    const database = await open(bytes);
    try {
      return trialsOfStudy(studiesIn(database), study);
    } catch (cause) {
      if (cause instanceof TrialsUnreadable) throw cause;
      throw new TrialsUnreadable(
        `the database is no storage of Optuna's: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    } finally {
      database.close();
    }
  },
  async write(study) {
    const database = await open();
    try {
      fill(database, study);
      return database.export();
    } finally {
      database.close();
    }
  },
};

/** SQLite, which only these formats need, is loaded by those who use them. */
async function open(bytes?: Uint8Array): Promise<Database> {
  const initialize: typeof import('sql.js') = require('sql.js');
  const { Database: Sqlite } = await initialize();
  return new Sqlite(bytes);
}

function studiesIn(database: Database): readonly FoundStudy[] {
  const rows = (sql: string): readonly (readonly unknown[])[] => database.exec(sql)[0]?.values ?? [];
  const parameters = grouped(
    rows('SELECT trial_id, param_name, param_value, distribution_json FROM trial_params ORDER BY param_id'),
  );
  const values = grouped(rows('SELECT trial_id, value, value_type FROM trial_values ORDER BY trial_id, objective'));
  const directions = grouped(rows('SELECT study_id, direction FROM study_directions ORDER BY study_id, objective'));
  const trials = grouped(rows('SELECT study_id, trial_id, state FROM trials ORDER BY number'));
  const trialOf = ([trialId, state]: readonly unknown[]): FoundTrial => ({
    state: String(state),
    values: (values.get(trialId) ?? []).map(([value, type]) => numberOf(value, type)),
    hparams: Object.fromEntries(
      (parameters.get(trialId) ?? []).map(([name, value, json]): [string, ForeignValue] => [
        String(name),
        valueIn(String(json), Number(value)),
      ]),
    ),
  });
  return rows('SELECT study_id, study_name FROM studies ORDER BY study_id').map(([studyId, name]) => ({
    name: String(name),
    directions: (directions.get(studyId) ?? []).map(([direction]) =>
      direction === 'MAXIMIZE' ? 'maximize' : 'minimize',
    ),
    trials: (trials.get(studyId) ?? []).map(trialOf),
  }));
}

/** Rows by their first cell, without it. */
function grouped(rows: readonly (readonly unknown[])[]): ReadonlyMap<unknown, readonly (readonly unknown[])[]> {
  const groups = new Map<unknown, (readonly unknown[])[]>();
  for (const [key, ...rest] of rows) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rest]);
    else group.push(rest);
  }
  return groups;
}

/** SQLite has no infinities: Optuna keeps them as a type. */
function numberOf(value: unknown, type: unknown): number {
  if (type === 'INF_POS') return Infinity;
  return type === 'INF_NEG' ? -Infinity : Number(value);
}

function fill(database: Database, study: ExportedStudy): void {
  for (const table of TABLES) database.run(table);
  database.run('INSERT INTO version_info VALUES (1, ?, ?)', [SCHEMA_VERSION, LIBRARY_VERSION]);
  database.run('INSERT INTO alembic_version VALUES (?)', [ALEMBIC_REVISION]);
  let trialId = 0;
  optunaStudies(study).forEach(({ name, direction, trials }, index) => {
    const studyId = index + 1;
    database.run('INSERT INTO studies VALUES (?, ?)', [studyId, name]);
    database.run('INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, 0)', [
      direction.toUpperCase(),
      studyId,
    ]);
    trials.forEach((trial, number) => {
      trialId += 1;
      database.run('INSERT INTO trials (trial_id, number, study_id, state) VALUES (?, ?, ?, ?)', [
        trialId,
        number,
        studyId,
        trial.state,
      ]);
      fillTrial(database, trialId, trial);
    });
  });
}

function fillTrial(database: Database, trialId: number, { value, parameters, attributes }: OptunaTrial): void {
  for (const [name, { value: stored, distributionJson }] of Object.entries(parameters)) {
    database.run(
      'INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?)',
      [trialId, name, stored, distributionJson],
    );
  }
  for (const [key, attribute] of Object.entries(attributes)) {
    database.run('INSERT INTO trial_user_attributes (trial_id, "key", value_json) VALUES (?, ?, ?)', [
      trialId,
      key,
      JSON.stringify(attribute),
    ]);
  }
  if (value !== null)
    database.run('INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, 0, ?, ?)', [
      trialId,
      value,
      'FINITE',
    ]);
}
