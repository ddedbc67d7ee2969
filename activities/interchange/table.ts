/**
 * Trials as a table: what CSV, JSON and Parquet have in common.
 *
 * @module
 */
import { metricNamed, VALIDATION_METRICS } from '../../workflows/tasks';
import { judged, reasonOfStage, withoutContinued } from './trial-end';
import type { RawTrial } from './trial-end';
import { TrialsUnreadable } from './trial-row';
import type { ExportedStudy, ForeignTrials, ForeignValue, ReadOptions } from './trial-row';

export type Row = Readonly<Record<string, ForeignValue | undefined>>;

/** Columns of every export before the hyperparameters' own. */
export const FIXED_COLUMNS = [
  'trial',
  'stage',
  'label',
  'status',
  'score',
  'epochs',
  'deviceSeconds',
  'reused',
  'hash',
] as const;

/** Precede a hyperparameter's name in a column: ours, Optuna's data frames', Ray Tune's. */
const PREFIXES: readonly string[] = ['hparams.', 'params_', 'config/'];

/** Columns that are never hyperparameters where no column has a prefix. */
const RESERVED: readonly string[] = [
  ...FIXED_COLUMNS,
  'reason',
  '',
  'value',
  'state',
  'number',
  'seed',
  ...VALIDATION_METRICS,
  'datetime_start',
  'datetime_complete',
  'duration',
  'trial_id',
  'id',
  'timestamp',
];

/** Where a score is looked for when no column is named, and there is none of the study's own metric. */
const SCORES: readonly string[] = ['score', 'value', ...VALIDATION_METRICS];

/** The trials of an export, a row each, and the names of all columns; why points could not be built, where some could not. */
export function tableOf({ trials }: ExportedStudy): {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
} {
  const names = [...new Set(trials.flatMap(({ hparams }) => Object.keys(hparams)))];
  const hasReasons = trials.some(({ reason }) => reason !== undefined);
  const rows = trials.map(
    ({ trialId, stageId, label, status, reason, score, epochs, deviceSeconds, reused, hash, hparams }): Row => ({
      trial: trialId,
      stage: stageId,
      label,
      status,
      score,
      epochs: epochs ?? null,
      deviceSeconds,
      reused,
      hash,
      ...(hasReasons && { reason: reason ?? null }),
      ...Object.fromEntries(names.map((name) => [`hparams.${name}`, hparams[name] ?? null])),
    }),
  );
  return {
    columns: [...FIXED_COLUMNS, ...(hasReasons ? ['reason'] : []), ...names.map((name) => `hparams.${name}`)],
    rows,
  };
}

/**
 * Trials from rows. Columns with a prefix are hyperparameters; where none has one, all that are not known to be
 * something else.
 *
 * @throws TrialsUnreadable if there is no column with a score.
 */
export function trialsOf(columns: readonly string[], rows: readonly Row[], options: ReadOptions): ForeignTrials {
  const scoreColumn = scoreColumnOf(columns, options);
  const names = hparamColumns(columns, scoreColumn);
  if (names.length === 0)
    throw new TrialsUnreadable(`there is no column of a hyperparameter, only ${columns.join(', ')}`);
  const kept = withoutContinued(rows, ({ trial }) => (typeof trial === 'string' ? trial : undefined));
  const trials = judged(
    kept.map((row): RawTrial => {
      const status = row['status'] ?? row['state'];
      return {
        hparams: Object.fromEntries(
          names
            .map(({ column, name }) => [name, row[column] ?? null])
            .filter(([, value]) => value !== null && value !== ''),
        ),
        score: scoreIn(row[scoreColumn]),
        status: typeof status === 'string' && status !== '' ? status : undefined,
        leftOut: names.some(({ column }) => column === 'stage') ? undefined : reasonOfStage(row['stage']),
      };
    }),
  );
  const metric = VALIDATION_METRICS.find((name) => name === scoreColumn);
  return {
    ...trials,
    scoredBy: scoreColumn,
    passedOver:
      options.score === undefined ? SCORES.filter((name) => name !== scoreColumn && columns.includes(name)) : [],
    ...(metric !== undefined && { direction: metricNamed(metric).direction }),
  };
}

function scoreColumnOf(columns: readonly string[], { score: asked, metric }: ReadOptions): string {
  const wantedFirst = metric === undefined ? SCORES : [metric, ...SCORES];
  const found =
    asked === undefined ? wantedFirst.find((name) => columns.includes(name)) : columns.find((name) => name === asked);
  if (found !== undefined) return found;
  const wanted =
    asked === undefined ? 'a column named score, value, or as a metric, e.g. valLoss,' : `the column ${asked}`;
  throw new TrialsUnreadable(
    `there must be ${wanted} with the scores, got ${columns.join(', ')}; name yours in the import's score`,
  );
}

function hparamColumns(
  columns: readonly string[],
  score: string,
): readonly { readonly column: string; readonly name: string }[] {
  const prefixOf = (column: string): string | undefined =>
    PREFIXES.find((prefix) => column.startsWith(prefix) && column.length > prefix.length);
  const prefixed = columns.flatMap((column) => {
    const prefix = prefixOf(column);
    return prefix === undefined ? [] : [{ column, name: column.slice(prefix.length) }];
  });
  return prefixed.length > 0
    ? prefixed
    : columns
        .filter((column) => column !== score && !RESERVED.includes(column))
        .map((column) => ({ column, name: column }));
}

/** How programs write numbers that are none. */
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '-infinity': -Infinity,
};

function scoreIn(value: ForeignValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const text = value.trim();
  const number = NOT_FINITE[text.toLowerCase()] ?? Number(text);
  if (Number.isNaN(number) && text.toLowerCase() !== 'nan')
    throw new TrialsUnreadable(`scores must be numbers, got ${JSON.stringify(text.slice(0, 40))}`);
  return number;
}
