/**
 * The files in a zip file, read in place: nothing is unpacked to a disk.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { DatasetInvalid, errorCode } from '../errors';
import type { Source } from './source';

/** A directory of more would not fit in memory beside the rest. */
const ENTRIES_MAX = 4_000_000;

/**
 * A zip file of a source as a source of its own. Where all files lie in one folder, names begin below it. Names that
 * lead out of the zip, encryption, and entries longer than they say are refused.
 *
 * @throws DatasetInvalid if it is no sound zip file.
 */
export async function zipSource(outer: Source, file: string): Promise<Source> {
  const uri = `${outer.uri}/${file}`;
  const entries = new Map<string, Entry>();
  const zip = await guarded(uri, () => readDirectory(outer, file, entries));
  const root = commonFolder([...entries.keys()]);
  const entryOf = (name: string): Entry => {
    const entry = entries.get(root + name);
    if (entry === undefined) throw new DatasetInvalid(`there is no file ${name} in ${uri}`);
    return entry;
  };
  const names = [...entries.keys()].map((name) => name.slice(root.length)).sort();
  return {
    uri,
    list: async (folder) => {
      const prefix = folder === undefined ? '' : `${folder}/`;
      return names
        .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
        .map((name) => name.slice(prefix.length));
    },
    walk: async () => names,
    bytes: async (name) => entryOf(name).uncompressedSize,
    async *open(name, range) {
      const entry = entryOf(name);
      const stream = await guarded(uri, async () => zip.openReadStreamPromise(entry));
      try {
        yield* range === undefined ? checked(stream, entry.crc32) : cut(stream, range.from, range.count);
      } catch (error) {
        throw unsound(`${name} in ${uri}`, error);
      } finally {
        stream.destroy();
      }
    },
  };
}

class SourceReader extends RandomAccessReader {
  constructor(
    private readonly source: Source,
    private readonly file: string,
  ) {
    super();
  }

  override _readStreamForRange(from: number, end: number): Readable {
    return Readable.from(this.source.open(this.file, { from, count: end - from }), { objectMode: false });
  }
}

async function readDirectory(outer: Source, file: string, entries: Map<string, Entry>): Promise<ZipFile> {
  const reader = new SourceReader(outer, file);
  const zip = await fromRandomAccessReaderPromise(reader, await outer.bytes(file), { autoClose: false });
  if (zip.entryCount > ENTRIES_MAX)
    throw new DatasetInvalid(`${file} must hold at most ${ENTRIES_MAX} files, got ${zip.entryCount}`);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/') || entry.fileName.startsWith('__MACOSX/')) continue;
    if (entry.isEncrypted()) throw new DatasetInvalid(`${file} is encrypted; unzip it, or write it without a password`);
    if (entries.has(entry.fileName)) throw new DatasetInvalid(`${file} holds ${entry.fileName} twice; write it anew`);
    entries.set(entry.fileName, entry);
  }
  return zip;
}

/** With its slash; empty where files differ in their first folder. */
function commonFolder(names: readonly string[]): string {
  const [first = '', ...others] = new Set(names.map((name) => name.slice(0, name.indexOf('/') + 1)));
  return others.length > 0 ? '' : first;
}

async function* checked(stream: AsyncIterable<Buffer>, expected: number): AsyncGenerator<Uint8Array> {
  let sum = 0;
  for await (const chunk of stream) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== expected) throw new Error('its checksum is wrong');
}

async function* cut(stream: AsyncIterable<Buffer>, from: number, count: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of stream) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, from + count - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= from + count) return;
  }
}

async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unsound(what, error);
  }
}

/** What the zip library finds has no code and what zlib finds one of its own; a disk or a store tells by itself. */
function unsound(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'Error') return error;
  const code = errorCode(error);
  if (code !== '' && !code.startsWith('Z_')) return error;
  return new DatasetInvalid(`${what} is no sound zip file (${error.message}); fetch it again`, { cause: error });
}
