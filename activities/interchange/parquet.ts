import { tableOf, trialsOf } from './table';
import type { Row, FIXED_COLUMNS } from './table';
import { TrialsUnreadable } from './trial-row';
import type { ForeignValue, TrialFormat } from './trial-row';

type ColumnType = 'BOOLEAN' | 'DOUBLE' | 'INT32' | 'STRING';

/** Types of the columns that every export has; a hyperparameter's follows from its values. */
const TYPES: Readonly<Record<(typeof FIXED_COLUMNS)[number], ColumnType>> = {
  trial: 'STRING',
  stage: 'STRING',
  label: 'STRING',
  status: 'STRING',
  score: 'DOUBLE',
  epochs: 'DOUBLE',
  deviceSeconds: 'DOUBLE',
  reused: 'BOOLEAN',
  hash: 'STRING',
};

/** Every Parquet file begins and ends with these. Source: Apache Parquet format, section "File format". */
const MAGIC = 'PAR1';

/** Apache Parquet: typed columns, Snappy-compressed; nested columns of other programs' files are left alone. */
export const parquet: TrialFormat = {
  extension: '.parquet',
  async read(bytes, options) {
    if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== MAGIC)
      throw new TrialsUnreadable(`the file is not Parquet: it does not begin with ${MAGIC}`);
    const rows = await objectsIn(bytes);
    const columns = [...new Set(rows.flatMap(Object.keys))];
    return trialsOf(
      columns,
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))),
      options,
    );
  },
  async write(study) {
    const { parquetWriteBuffer } = await import('hyparquet-writer');
    const { columns, rows } = tableOf(study);
    const columnData = columns.map((name) =>
      column(
        name,
        rows.map((row) => row[name] ?? null),
      ),
    );
    return new Uint8Array(
      parquetWriteBuffer({ columnData, kvMetadata: [{ key: 'stepwell.study', value: study.studyId }] }),
    );
  },
};

async function objectsIn(bytes: Uint8Array): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    return await parquetReadObjects({ file });
  } catch (cause) {
    throw new TrialsUnreadable(
      `the Parquet file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function column(
  name: string,
  data: ForeignValue[],
): { readonly name: string; readonly data: ForeignValue[]; readonly type: ColumnType; readonly nullable: true } {
  const type = (TYPES as Readonly<Record<string, ColumnType>>)[name] ?? typeOf(data);
  return {
    name,
    type,
    nullable: true,
    data: type === 'STRING' ? data.map((value) => (value === null ? null : String(value))) : data,
  };
}

function typeOf(data: readonly ForeignValue[]): ColumnType {
  const present = data.filter((value) => value !== null);
  if (present.every((value) => typeof value === 'boolean')) return 'BOOLEAN';
  return present.every((value) => typeof value === 'number') ? 'DOUBLE' : 'STRING';
}

/** A cell as a trial may have it; anything nested is nothing. */
function plain(value: unknown): Row[string] {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
