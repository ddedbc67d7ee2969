/**
 * Numbers or labels of images as a table: a line an image, in the order of the images, and a column a target.
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import type { Source } from '../source/source';
import type { Targets } from './format';
import { numbersIn, readTable } from './table-files';

/** @throws DatasetInvalid if it is no table of numbers with a line for each of the images. */
export async function readTargets(source: Source, file: string, examples: number): Promise<Targets> {
  const table = await readTable(source, file);
  // Data frames write their index first, without a name.
  const names = table.columns.slice(table.columns[0] === '' ? 1 : 0);
  if (names.length === 0) throw new DatasetInvalid(`${file} must have a column for each target`);
  if (table.rows.length !== examples)
    throw new DatasetInvalid(
      `${file} must have a line for each image below the names of its columns, ${examples} lines, got ${table.rows.length}`,
    );
  return { names, values: numbersIn(table, names, (row) => `image ${row}`) };
}
