/**
 * Tables of people's: comma-separated, or a JSON object a line.
 *
 * @module
 */
import { parseCsv } from '../../interchange/csv-text';
import { DatasetInvalid } from '../errors';
import { ByteReader, unzipped } from '../source/byte-reader';
import type { Source } from '../source/source';

/** A table is held whole. */
const BYTES_MAX = 256 * 1024 * 1024;

const NAME = /^(.*)\.(csv|jsonl|ndjson)(\.gz)?$/i;

export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  /** A cell a column. */
  readonly rows: readonly (readonly string[])[];
}

/** A table's name without what it ends in; undefined of another file's. */
export const tableStem = (file: string): string | undefined => NAME.exec(file)?.[1];

/** @throws DatasetInvalid if it is no table. */
export async function readTable(source: Source, file: string): Promise<Table> {
  const reader = new ByteReader(unzipped(source.open(file), file), file);
  try {
    const text = Buffer.from(await reader.rest(BYTES_MAX)).toString('utf8');
    return { file, ...(NAME.exec(file)?.[2]?.toLowerCase() === 'csv' ? parseCsv(text) : parseJsonLines(text)) };
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof DatasetInvalid || cause.name.startsWith('Storage')) throw cause;
    throw new DatasetInvalid(`${file}: ${cause.message}`, { cause });
  } finally {
    await reader.close();
  }
}

/** Columns are the names in the first line; what a later line lacks is empty. */
function parseJsonLines(text: string): Pick<Table, 'columns' | 'rows'> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const objects = lines.flatMap((line, i) => (line.trim() === '' ? [] : [objectIn(line, i + 1)]));
  const columns = Object.keys(objects[0] ?? {});
  return { columns, rows: objects.map((object) => columns.map((column) => cellOf(object[column]))) };
}

function objectIn(line: string, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new SyntaxError(`line ${number} must be a JSON object, got ${line.slice(0, 60)}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError(`line ${number} must be a JSON object, got ${line.slice(0, 60)}`);
  return value as Record<string, unknown>;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Row-major numbers of some columns. @param rowName How a message names a row. @throws DatasetInvalid */
export function numbersIn(
  { file, columns, rows }: Table,
  names: readonly string[],
  rowName: (row: number) => string,
): Float32Array {
  const places = names.map((name) => columns.indexOf(name));
  const values = new Float32Array(rows.length * names.length);
  rows.forEach((cells, row) => {
    places.forEach((place, column) => {
      const cell = cells[place]!.trim();
      const value = Math.fround(Number(cell));
      if (cell === '' || !Number.isFinite(value))
        throw new DatasetInvalid(
          `${file} must hold numbers, got ${JSON.stringify(cell)} as ${names[column]!} of ${rowName(row)}`,
        );
      values[row * names.length + column] = value;
    });
  });
  return values;
}
