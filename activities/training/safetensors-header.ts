/**
 * The header of a safetensors file, of whatever maker: which tensors it has, and where.
 *
 * Source: huggingface/safetensors, README, "Format", and `safetensors/src/tensor.rs`, `Metadata::validate`.
 *
 * @module
 */

/** Bytes of an element by the format's names of types. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, and the one after the last, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

export interface SafetensorsHeader {
  /** In the order of the file's header. */
  readonly tensors: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * @param dataBytes Of the file, behind its header.
 * @throws RangeError if it is none, or a tensor lies outside of the file, in another one, or is not as long as its type
 *   and shape say.
 */
export function parseHeader(json: string, dataBytes: number): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...entries } = objectIn(json);
  if (!isMapping(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    throw new RangeError('safetensors __metadata__ must be texts by name');
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, entryOf(name, entry, dataBytes)]));
  const inOrder = [...tensors]
    .map(([name, { data_offsets: place }]) => ({ name, begin: place[0], end: place[1] }))
    .filter(({ begin, end }) => end > begin)
    .sort((a, b) => a.begin - b.begin);
  inOrder.forEach(({ name, begin }, i) => {
    const before = inOrder[i - 1];
    if (before !== undefined && begin < before.end)
      throw new RangeError(`safetensors tensor '${name}' lies in '${before.name}'`);
  });
  return { tensors, metadata: metadata as Readonly<Record<string, string>> };
}

function objectIn(json: string): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch (cause) {
    throw new RangeError('safetensors header is not JSON', { cause });
  }
  if (!isMapping(header)) throw new RangeError('safetensors header must be tensors by name');
  return header;
}

function entryOf(name: string, entry: unknown, dataBytes: number): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = isMapping(entry) ? entry : {};
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new RangeError(`safetensors tensor '${name}' must have dtype, shape and two data_offsets`);
  const [begin, end] = offsets as [number, number];
  const elementBytes = ELEMENT_BYTES[dtype];
  const bytes = shape.reduce((product, side) => product * side, elementBytes ?? Number.NaN);
  // Of a type from later versions of the format nobody here knows the size, and nobody reads it.
  if (end < begin || (elementBytes !== undefined && end - begin !== bytes))
    throw new RangeError(
      `safetensors tensor '${name}' must have the ${bytes} bytes of its shape and type, has ${end - begin}`,
    );
  if (end > dataBytes) throw new RangeError(`safetensors tensor '${name}' is cut off`);
  return { dtype, shape, data_offsets: [begin, end] };
}

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
