/**
 * Which column of a table is what: as it is told, else by the names that are in use.
 *
 * @module
 */
import type { ColumnsSpec } from '../../../workflows/spec';
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Table } from './table-files';

export interface TableColumns {
  readonly path: string;
  /** Of the class; absent: images have numbers, in `targets`. */
  readonly label: string | undefined;
  readonly targets: readonly string[];
  readonly split: string | undefined;
}

const KNOWN = {
  path: ['path', 'file', 'file_name', 'filename', 'filepath', 'file_path', 'image', 'image_path'],
  label: ['label', 'class', 'category', 'class_name', 'label_name'],
  split: ['split', 'part', 'subset', 'partition'],
} as const;

/** @throws DatasetInvalid where a column that is asked for or needed is not there. */
export function columnsOf({ file, columns }: Table, asked: ColumnsSpec): TableColumns {
  const named = [asked.path, asked.label, asked.split, ...(asked.targets ?? [])].filter((name) => name !== undefined);
  const absent = named.filter((name) => !columns.includes(name));
  if (absent.length > 0)
    throw new DatasetInvalid(
      `dataset.columns must name columns of ${file}, got ${absent.join(', ')}; found ${shownNames(columns)}`,
    );
  const known = (kind: keyof typeof KNOWN): string | undefined =>
    columns.find((column) => (KNOWN[kind] as readonly string[]).includes(column.trim().toLowerCase()));
  const path = asked.path ?? known('path');
  if (path === undefined)
    throw new DatasetInvalid(
      `${file} must have a column with the images' paths, called ${KNOWN.path.join(', ')}, or named by dataset.columns: { path: … }; found ${shownNames(columns)}`,
    );
  const split = asked.split ?? known('split');
  const label = asked.targets === undefined ? (asked.label ?? known('label')) : undefined;
  const others = columns.filter((column) => column !== '' && column !== path && column !== split);
  if (label === undefined && others.length === 0)
    throw new DatasetInvalid(
      `${file} must have a column with labels, called ${KNOWN.label.join(', ')}, or columns of numbers; found ${shownNames(columns)}`,
    );
  return { path, split, label, targets: asked.targets ?? others };
}
