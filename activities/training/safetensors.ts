/**
 * Tensors by name in one file. Format: 8 bytes of little-endian header length, a JSON header of dtype, shape and
 * offsets, then the data.
 * Source: huggingface/safetensors, README, "Format".
 *
 * @module
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

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

const HEADER_ALIGNMENT = 8;
/** The format's own limit, against headers that are not ours. */
const HEADER_BYTES_MAX = 100_000_000;

/** Bytes of a safetensors file; equal tensors and metadata give equal bytes. */
export function encodeSafetensors(tensors: HostTensors, metadata: Readonly<Record<string, string>> = {}): Buffer {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] } satisfies HeaderEntry;
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const data = [...tensors.values()].map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, padded, ...data]);
}

/** Tensors and metadata of a file's bytes. @throws RangeError if the bytes are cut off or not in this format. */
export function decodeSafetensors(bytes: Buffer): {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Record<string, string>;
} {
  const headerBytes = bytes.length >= 8 ? Number(bytes.readBigUInt64LE(0)) : Number.NaN;
  if (!(headerBytes <= Math.min(HEADER_BYTES_MAX, bytes.length - 8)))
    throw new RangeError('safetensors header is cut off');
  const header = parseHeader(bytes.toString('utf8', 8, 8 + headerBytes));
  const tensors = new Map<string, HostTensor>();
  for (const [name, entry] of Object.entries(header.tensors)) {
    const [begin, end] = entry.data_offsets;
    const size = entry.shape.reduce((product, side) => product * side, 1);
    if (entry.dtype !== 'F32' || end - begin !== size * 4)
      throw new RangeError(`safetensors tensor '${name}' must be F32 of its shape`);
    if (8 + headerBytes + end > bytes.length) throw new RangeError(`safetensors tensor '${name}' is cut off`);
    const values = new Float32Array(size);
    bytes.copy(new Uint8Array(values.buffer), 0, 8 + headerBytes + begin, 8 + headerBytes + end);
    tensors.set(name, { shape: entry.shape, values });
  }
  return { tensors, metadata: header.metadata };
}

function parseHeader(json: string): {
  readonly tensors: Record<string, HeaderEntry>;
  readonly metadata: Record<string, string>;
} {
  try {
    const { __metadata__: metadata = {}, ...tensors } = JSON.parse(json) as Record<string, HeaderEntry> & {
      __metadata__?: Record<string, string>;
    };
    return { tensors: tensors, metadata: metadata };
  } catch (cause) {
    throw new RangeError('safetensors header is not JSON', { cause });
  }
}

/** Writes a file that is either whole or not there, whatever dies meanwhile. */
export function writeDurably(path: string, bytes: Buffer): void {
  const partial = `${path}.partial`;
  const file = openSync(partial, 'w');
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
