/**
 * Tensors by name in one file. Format: 8 bytes of little-endian header length, a JSON header of dtype, shape and
 * offsets, then the data. Written and read tensor by tensor: a file may be of any size.
 * Source: huggingface/safetensors, README, "Format".
 *
 * @module
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { fillFrom, writeParts, type WrittenFile } from './large-files';
import { type HeaderEntry, parseHeader, type SafetensorsHeader } from './safetensors-header';
import { floatsOf, isReadable, READABLE_TYPES } from './safetensors-types';

export interface HostTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type HostTensors = ReadonlyMap<string, HostTensor>;

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
  readonly metadata: Readonly<Record<string, string>>;
} {
  const file = openSafetensors(path);
  try {
    const tensors = new Map([...file.header.tensors.keys()].map((name) => [name, file.read(name)]));
    return { tensors, metadata: file.header.metadata };
  } finally {
    file.close();
  }
}

/** A file of which not all is wanted. */
export interface SafetensorsFile {
  readonly header: SafetensorsHeader;
  /** A tensor as float32. @throws RangeError if there is none of this name, or it holds no numbers to compute with. */
  read(name: string): HostTensor;
  close(): void;
}

/** @throws RangeError if the file is cut off or not in this format. */
export function openSafetensors(path: string): SafetensorsFile {
  const file = openSync(path, 'r');
  try {
    const { header, dataBegins } = readHeader(file);
    return {
      header,
      read: (name) => readTensor(file, name, header.tensors.get(name), dataBegins),
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readHeader(file: number): { readonly header: SafetensorsHeader; readonly dataBegins: number } {
  const { size: fileBytes } = fstatSync(file);
  const headerBytes = fileBytes >= LENGTH_BYTES ? Number(view(read(file, 0, LENGTH_BYTES)).getBigUint64(0, true)) : NaN;
  if (!(headerBytes <= Math.min(HEADER_BYTES_MAX, fileBytes - LENGTH_BYTES)))
    throw new RangeError('safetensors header is cut off');
  const dataBegins = LENGTH_BYTES + headerBytes;
  const json = Buffer.from(read(file, LENGTH_BYTES, headerBytes)).toString('utf8');
  return { header: parseHeader(json, fileBytes - dataBegins), dataBegins };
}

function readTensor(file: number, name: string, entry: HeaderEntry | undefined, dataBegins: number): HostTensor {
  if (entry === undefined) throw new RangeError(`safetensors file has no tensor '${name}'`);
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = entry;
  if (!isReadable(dtype))
    throw new RangeError(`safetensors tensor '${name}' must be ${READABLE_TYPES.join(', ')}, is ${dtype}`);
  return { shape, values: floatsOf(dtype, read(file, dataBegins + begin, end - begin)) };
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

function read(file: number, from: number, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  fillFrom(file, bytes, from);
  return bytes;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const view = ({ buffer }: Uint8Array): DataView => new DataView(buffer);
