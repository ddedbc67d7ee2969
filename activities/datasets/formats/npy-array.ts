/**
 * Arrays as NumPy saves them.
 *
 * Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { ByteReader } from '../source/byte-reader';
import type { Source } from '../source/source';

const MAGIC = '\x93NUMPY';
/** Far longer than the header of an array of numbers. */
const HEADER_BYTES_MAX = 64 * 1024;
/** Of an array that is held whole. */
const VALUES_BYTES_MAX = 256 * 1024 * 1024;

export interface NpyHeader {
  /** NumPy's code of the numbers' type, e.g. `|u1`. */
  readonly type: string;
  readonly shape: readonly number[];
}

type ReadNumber = (view: DataView, place: number) => number;

/** How numbers of each type are read, little-endian, and the bytes of one. */
const TYPES: Readonly<Record<string, readonly [bytes: number, read: ReadNumber]>> = {
  '|b1': [1, (view, place) => view.getUint8(place)],
  '|u1': [1, (view, place) => view.getUint8(place)],
  '|i1': [1, (view, place) => view.getInt8(place)],
  '<u2': [2, (view, place) => view.getUint16(place, true)],
  '<i2': [2, (view, place) => view.getInt16(place, true)],
  '<u4': [4, (view, place) => view.getUint32(place, true)],
  '<i4': [4, (view, place) => view.getInt32(place, true)],
  '<u8': [8, (view, place) => Number(view.getBigUint64(place, true))],
  '<i8': [8, (view, place) => Number(view.getBigInt64(place, true))],
  '<f4': [4, (view, place) => view.getFloat32(place, true)],
  '<f8': [8, (view, place) => view.getFloat64(place, true)],
};

/** An array's header; its reader is left behind it. @throws DatasetInvalid */
export async function openArray(
  source: Source,
  file: string,
): Promise<{ readonly header: NpyHeader; readonly reader: ByteReader; readonly headerBytes: number }> {
  const reader = new ByteReader(source.open(file), file);
  try {
    const begin = Buffer.from(await reader.take(8));
    if (begin.toString('latin1', 0, 6) !== MAGIC)
      throw new DatasetInvalid(`${file} is no array of NumPy's; write it with numpy.save or numpy.savez`);
    const isOld = begin[6] === 1;
    const size = Buffer.from(await reader.take(isOld ? 2 : 4));
    const bytes = isOld ? size.readUInt16LE() : size.readUInt32LE();
    if (bytes > HEADER_BYTES_MAX)
      throw new DatasetInvalid(`${file} has a header of ${bytes} bytes, which no array has`);
    const text = Buffer.from(await reader.take(bytes)).toString('latin1');
    return { header: headerIn(text, file), reader, headerBytes: begin.length + size.length + bytes };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function headerIn(text: string, file: string): NpyHeader {
  const type = /'descr': '([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order': (True|False)/.exec(text)?.[1];
  const sizes = /'shape': \(([\d, ]*)\)/.exec(text)?.[1];
  if (type === undefined || order === undefined || sizes === undefined)
    throw new DatasetInvalid(`${file} must be an array of plain numbers, got the header ${text.trim().slice(0, 120)}`);
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  if (order === 'True' && shape.length > 1)
    throw new DatasetInvalid(`${file} is in Fortran order; save numpy.ascontiguousarray(array)`);
  if (shape.length === 0 || shape.includes(0))
    throw new DatasetInvalid(`${file} is empty: its shape is (${shape.join(', ')})`);
  return { type, shape };
}

export interface NpyValues {
  readonly values: Float64Array;
  readonly shape: readonly number[];
  readonly isInteger: boolean;
}

/** An array held whole. @param rows Its first size must be. @throws DatasetInvalid */
export async function readValues(source: Source, file: string, rows: number): Promise<NpyValues> {
  const {
    header: { type, shape },
    reader,
    headerBytes,
  } = await openArray(source, file);
  try {
    const [bytes, read] = TYPES[type] ?? [];
    if (bytes === undefined || read === undefined)
      throw new DatasetInvalid(`${file} has numbers of type ${type}, which is not read; save array.astype('int64')`);
    if (shape[0] !== rows)
      throw new DatasetInvalid(`${file} must have as many rows as there are images, ${rows}, got ${shape[0]}`);
    const count = shape.reduce((product, size) => product * size, 1);
    if (count * bytes > VALUES_BYTES_MAX)
      throw new DatasetInvalid(`${file} must have at most ${VALUES_BYTES_MAX} bytes, got the shape ${shape.join('x')}`);
    const data = await reader.take(count * bytes, headerBytes + count * bytes);
    await reader.end();
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const values = Float64Array.from({ length: count }, (_, i) => read(view, i * bytes));
    return { values, shape, isInteger: !type.includes('f') };
  } finally {
    await reader.close();
  }
}
