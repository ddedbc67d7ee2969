/**
 * Tensors by name in one file. Format: 8 bytes of little-endian header length, a JSON header of dtype, shape and
 * offsets, then the data. Written and read tensor by tensor: a file may be of any size.
 * Source: huggingface/safetensors, README, "Format".
 *
 * @module
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { fillFrom, writeParts, type WrittenFile } from './large-files';

export interface HostTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type HostTensors = ReadonlyMap<string, HostTensor>;

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const LENGTH_BYTES = 8;
const HEADER_ALIGNMENT = 8;
/** The format's own limit, against headers that are not ours. */
const HEADER_BYTES_MAX = 100_000_000;
/**
 * Writes a safetensors file, hashing as it goes; equal tensors and metadata give equal bytes.
 */
export function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Readonly<Record<string, string>> = {},
): WrittenFile {
  return writeParts(path, [headerOf(tensors, metadata), ...[...tensors.values()].map(({ values }) => bytesOf(values))]);
}

/** Tensors and metadata of a file. @throws RangeError if it is cut off or not in this format. */
export function readSafetensors(path: string): {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Record<string, string>;
} {
  const file = openSync(path, 'r');
  try {
    const { size: fileBytes } = fstatSync(file);
    const headerBytes =
      fileBytes >= LENGTH_BYTES ? Number(view(read(file, 0, LENGTH_BYTES)).getBigUint64(0, true)) : NaN;
    if (!(headerBytes <= Math.min(HEADER_BYTES_MAX, fileBytes - LENGTH_BYTES)))
      throw new RangeError('safetensors header is cut off');
    const dataBegins = LENGTH_BYTES + headerBytes;
    const header = parseHeader(Buffer.from(read(file, LENGTH_BYTES, headerBytes)).toString('utf8'));
    const tensors = new Map<string, HostTensor>();
    for (const [
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ] of Object.entries(header.tensors)) {
      const size = shape.reduce((product, side) => product * side, 1);
      if (dtype !== 'F32' || end - begin !== size * 4)
        throw new RangeError(`safetensors tensor '${name}' must be F32 of its shape`);
      if (dataBegins + end > fileBytes) throw new RangeError(`safetensors tensor '${name}' is cut off`);
      const values = new Float32Array(size);
      fillFrom(file, bytesOf(values), dataBegins + begin);
      tensors.set(name, { shape, values });
    }
    return { tensors, metadata: header.metadata };
  } finally {
    closeSync(file);
  }
}

function headerOf(tensors: HostTensors, metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] } satisfies HeaderEntry;
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const bytes = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

function parseHeader(json: string): {
  readonly tensors: Record<string, HeaderEntry>;
  readonly metadata: Record<string, string>;
} {
  try {
    const { __metadata__: metadata = {}, ...tensors } = JSON.parse(json) as Record<string, HeaderEntry> & {
      __metadata__?: Record<string, string>;
    };
    return { tensors, metadata };
  } catch (cause) {
    throw new RangeError('safetensors header is not JSON', { cause });
  }
}

function read(file: number, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  fillFrom(file, bytes, from);
  return bytes;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const view = ({ buffer }: Uint8Array): DataView => new DataView(buffer);
