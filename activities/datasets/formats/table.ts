/**
 * Image files that a table lists: a line an image, with its path, and its class or its numbers.
 *
 * @module
 */
import type { ColumnsSpec } from '../../../workflows/spec';
import { DatasetInvalid } from '../errors';
import { isDebris } from '../images/image-kinds';
import { openImageSet } from '../images/image-set';
import type { ImageFiles, ImageSet } from '../images/image-set';
import { classNamesOf, withLabels } from '../images/labelled-files';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';
import type { DatasetFormat } from './format';
import { partNamed, PART_NAMES } from './part-names';
import type { PartName } from './part-names';
import { columnsOf } from './table-columns';
import type { TableColumns } from './table-columns';
import { numbersIn, readTable, tableStem } from './table-files';
import type { Table } from './table-files';
import { checkedPaths } from './table-paths';

/**
 * One table in the folder, whose column `split` may name parts, or one table a part (`train.csv`, `val.csv`, `test.csv`).
 * Paths are relative to the table. Classes are those of the training part; a column of numbers is a target.
 */
export const table: DatasetFormat = {
  takes: ['image', 'columns'],
  async open(source, options = {}) {
    return openImageSet(source, await readSet(source, options.columns ?? {}), options);
  },
};

type PartTables = ReadonlyMap<PartName, Table>;

async function readSet(source: Source, asked: ColumnsSpec): Promise<ImageSet> {
  const tables = await tablesOf(source);
  const [first] = tables.values();
  const columns = columnsOf(first!, asked);
  for (const one of tables.values()) checkColumns(one, columns);
  const parts = tables.size === 1 ? dealtOut(first!, columns) : tables;
  const train = parts.get('train');
  if (train === undefined)
    throw new DatasetInvalid(
      `table data set has no training examples [uri=${source.uri}]; found ${[...parts.keys()].join(', ')}`,
    );
  const paths = await checkedPaths(source, parts, columns.path);
  const filesOf = setBy(source, columns, train, paths);
  return {
    classNames: filesOf.classNames,
    hasTargets: columns.label === undefined,
    train: filesOf.of('train')!,
    validation: filesOf.of('validation'),
    test: filesOf.of('test'),
  };
}

async function tablesOf(source: Source): Promise<PartTables> {
  const names = (await source.list()).filter((name) => !isDebris(name));
  const found = names.flatMap((name) => {
    const stem = tableStem(name);
    return stem === undefined ? [] : [{ name, part: partNamed(stem) }];
  });
  if (found.length === 0)
    throw new DatasetInvalid(
      `table data set lacks a table [uri=${source.uri}]: looked for one .csv or .jsonl (perhaps .gz), or train.csv, val.csv and test.csv; found ${shownNames(names)}`,
    );
  const isInParts = found.some(({ part }) => part === 'train') && found.length > 1;
  const parts = found.map(({ part }) => (isInParts ? part : 'train'));
  if (parts.includes(undefined) || new Set(parts).size < parts.length)
    throw new DatasetInvalid(
      `table data set must have one table, or one each for ${PART_NAMES} [uri=${source.uri}], got ${shownNames(found.map(({ name }) => name))}; move the others away`,
    );
  const tables = new Map<PartName, Table>();
  for (const [i, { name }] of found.entries()) tables.set(parts[i]!, await readTable(source, name));
  return tables;
}

function checkColumns({ file, columns, rows }: Table, { path, label, targets }: TableColumns): void {
  const absent = [path, ...(label === undefined ? targets : [label])].filter((name) => !columns.includes(name));
  if (absent.length > 0)
    throw new DatasetInvalid(`${file} lacks the column ${absent.join(', ')}; found ${shownNames(columns)}`);
  if (rows.length === 0) throw new DatasetInvalid(`${file} has no lines below the names of its columns`);
}

/** By the column that names parts. */
function dealtOut(whole: Table, { split }: TableColumns): PartTables {
  if (split === undefined) return new Map([['train', whole]]);
  const place = whole.columns.indexOf(split);
  const rows = new Map<PartName, (readonly string[])[]>();
  whole.rows.forEach((cells, row) => {
    const part = partNamed(cells[place]!);
    if (part === undefined)
      throw new DatasetInvalid(
        `${whole.file} must have ${PART_NAMES} as ${split}, got ${JSON.stringify(cells[place])} in row ${row + 1}`,
      );
    const own = rows.get(part) ?? [];
    own.push(cells);
    rows.set(part, own);
  });
  return new Map([...rows].map(([part, own]) => [part, { ...whole, rows: own }]));
}

function setBy(
  source: Source,
  columns: TableColumns,
  train: Table,
  paths: ReadonlyMap<PartName, { readonly table: Table; readonly files: readonly string[] }>,
): { readonly classNames: readonly string[]; readonly of: (part: PartName) => ImageFiles | null } {
  const { label, targets } = columns;
  if (label === undefined) {
    const of = (part: PartName): ImageFiles | null => {
      const own = paths.get(part);
      return own === undefined
        ? null
        : { files: own.files, labels: numbersIn(own.table, targets, (row) => own.files[row]!) };
    };
    return { classNames: targets, of };
  }
  const labelled = (part: PartName): readonly { readonly file: string; readonly className: string }[] | undefined => {
    const own = paths.get(part);
    return own?.files.map((file, row) => ({ file, className: labelIn(own.table, row, label, file) }));
  };
  const classNames = classNamesOf(source, labelled('train')!, `label every image in the column ${label}`);
  checkClasses(train, classNames, label);
  const of = (part: PartName): ImageFiles | null => {
    const files = labelled(part);
    return files === undefined ? null : withLabels(source, files, classNames);
  };
  return { classNames, of };
}

function labelIn({ file, columns, rows }: Table, row: number, label: string, image: string): string {
  const cell = rows[row]![columns.indexOf(label)]!.trim().normalize('NFC');
  if (cell === '') throw new DatasetInvalid(`${file} has no ${label} for ${image}; label it, or take its line out`);
  return cell;
}

function checkClasses({ file }: Table, classNames: readonly string[], label: string): void {
  if (!classNames.every((name) => Number.isFinite(Number(name))) || classNames.every((name) => /^-?\d+$/.test(name)))
    return;
  throw new DatasetInvalid(
    `${file} has numbers such as ${classNames.find((name) => !/^-?\d+$/.test(name))!} as ${label}, not classes; set dataset.columns: { targets: [${label}] } and task: regression`,
  );
}
