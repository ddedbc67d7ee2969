/**
 * The files that tables list.
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';
import type { PartName } from './part-names';
import type { Table } from './table-files';

export interface ListedFiles {
  readonly table: Table;
  /** One a row. */
  readonly files: readonly string[];
}

/** @throws DatasetInvalid where a path leads out of the folder, to no file, or is there twice. */
export async function checkedPaths(
  source: Source,
  parts: ReadonlyMap<PartName, Table>,
  column: string,
): Promise<ReadonlyMap<PartName, ListedFiles>> {
  const there = new Set(await source.walk());
  const listed = new Map<PartName, ListedFiles>();
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const [part, table] of parts) {
    const place = table.columns.indexOf(column);
    const files = table.rows.map((cells) => relative(table.file, cells[place]!));
    const absent = files.filter((file) => !there.has(file));
    if (absent.length > 0)
      throw new DatasetInvalid(
        `${table.file} lists ${absent.length} files that are not there [uri=${source.uri}]: ${shownNames(absent)}; paths must be relative to the table`,
      );
    for (const file of files) {
      if (seen.has(file)) twice.push(file);
      seen.add(file);
    }
    listed.set(part, { table, files });
  }
  if (twice.length > 0)
    throw new DatasetInvalid(
      `${twice.length} files are listed twice [uri=${source.uri}]: ${shownNames(twice)}; list each once, in one part`,
    );
  return listed;
}

function relative(table: string, cell: string): string {
  const names = cell.trim().replaceAll('\\', '/').split('/');
  const path = names.filter((name) => name !== '.').join('/');
  if (path === '' || names[0] === '' || names.includes('..') || /^[a-z][a-z0-9+.-]*:/i.test(path))
    throw new DatasetInvalid(
      `${table} must list paths of files beside or below it, got ${JSON.stringify(cell)}; write it relative to the table, without ..`,
    );
  return path;
}
