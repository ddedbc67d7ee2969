/**
 * Numbers or labels of images as a table: a line an image, in the order of the images, and a column a target.
 *
 * @module
 */
import { parseCsv } from '../../interchange/csv-text';
import { DatasetInvalid } from '../errors';
import { ByteReader, unzipped } from '../source/byte-reader';
import type { Source } from '../source/source';
import type { Targets } from './format';

/** The table is held whole, and so are its numbers. */
const BYTES_MAX = 256 * 1024 * 1024;

/** @throws DatasetInvalid if it is no table of numbers with a line for each of the images. */
export async function readTargets(source: Source, file: string, examples: number): Promise<Targets> {
  const { columns, rows } = await readTable(source, file);
  // Data frames write their index first, without a name.
  const first = columns[0] === '' ? 1 : 0;
  const names = columns.slice(first);
  if (names.length === 0) throw new DatasetInvalid(`${file} must have a column for each target`);
  if (rows.length !== examples)
    throw new DatasetInvalid(
      `${file} must have a line for each image below the names of its columns, ${examples} lines, got ${rows.length}`,
    );
  const values = new Float32Array(examples * names.length);
  rows.forEach((cells, row) => {
    names.forEach((name, column) => {
      const cell = cells[first + column]!.trim();
      const value = Math.fround(Number(cell));
      if (cell === '' || !Number.isFinite(value))
        throw new DatasetInvalid(`${file} must hold numbers, got ${JSON.stringify(cell)} as ${name} of image ${row}`);
      values[row * names.length + column] = value;
    });
  });
  return { names, values };
}

async function readTable(source: Source, file: string): Promise<ReturnType<typeof parseCsv>> {
  const reader = new ByteReader(unzipped(source.open(file), file), file);
  try {
    return parseCsv(Buffer.from(await reader.rest(BYTES_MAX)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof DatasetInvalid) throw cause;
    throw new DatasetInvalid(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    await reader.close();
  }
}
