import { csv } from './csv';
import { json } from './json';
import { optunaJournal } from './optuna/journal';
import { optunaSqlite } from './optuna/sqlite';
import { parquet } from './parquet';
import type { TrialFormat } from './trial-row';
import type { ImportFormat } from '../../workflows/spec/trial-import';

/** Every format of trials by its name; those of files that a study may import are all there. */
export const TRIAL_FORMATS = {
  csv,
  json,
  parquet,
  'optuna-sqlite': optunaSqlite,
  'optuna-journal': optunaJournal,
} as const satisfies Readonly<Record<Exclude<ImportFormat, 'study'>, TrialFormat>>;
