import { formatCsv, parseCsv } from './csv-text';
import { tableOf, trialsOf } from './table';
import { textOf } from './text';
import type { TrialFormat } from './trial-row';

/** Comma-separated values, a trial a line; also the data frames that Optuna and Ray Tune write. */
export const csv: TrialFormat = {
  extension: '.csv',
  async read(bytes, options) {
    const { columns, rows } = parseCsv(textOf(bytes));
    return trialsOf(
      columns,
      rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i]]))),
      options,
    );
  },
  async write(study) {
    const { columns, rows } = tableOf(study);
    return Buffer.from(formatCsv([columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]));
  },
};
