/**
 * Exact numbers of bytes from a stream that may be gzipped, and clear words where it is too short or too long.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DatasetInvalid, errorCode } from '../errors';

/** Source: RFC 1952, section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private buffered: Uint8Array[] = [];
  private bufferedBytes = 0;
  private consumed = 0;

  /** @param file Its name, for messages. */
  constructor(
    stream: AsyncIterable<Uint8Array>,
    private readonly file: string,
  ) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** The next bytes. @throws DatasetInvalid if there are fewer; `total` is what the whole file should have by then. */
  async take(count: number, total: number = this.consumed + count): Promise<Uint8Array> {
    await this.fill(count);
    if (this.bufferedBytes < count) {
      const got = this.consumed + this.bufferedBytes;
      throw new DatasetInvalid(
        got === 0
          ? `${this.file} is empty`
          : `${this.file} is truncated: expected ${total} bytes, got ${got}; fetch it again`,
      );
    }
    this.consumed += count;
    return this.cut(count);
  }

  /** All that is left. @throws DatasetInvalid if that is more than `countMax` bytes. */
  async rest(countMax: number): Promise<Uint8Array> {
    await this.fill(countMax + 1);
    if (this.bufferedBytes > countMax)
      throw new DatasetInvalid(`${this.file} must have at most ${this.consumed + countMax} bytes, has more`);
    return this.cut(this.bufferedBytes);
  }

  /** @throws DatasetInvalid if anything is left. */
  async end(): Promise<void> {
    await this.fill(1);
    if (this.bufferedBytes > 0)
      throw new DatasetInvalid(`${this.file} has trailing bytes: expected ${this.consumed} bytes, got more`);
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async fill(count: number): Promise<void> {
    while (this.bufferedBytes < count) {
      const { done, value } = await this.chunks.next();
      if (done === true) return;
      this.buffered.push(value);
      this.bufferedBytes += value.length;
    }
  }

  private cut(count: number): Uint8Array {
    const joined = this.buffered.length === 1 ? this.buffered[0]! : Buffer.concat(this.buffered);
    this.buffered = [joined.subarray(count)];
    this.bufferedBytes = joined.length - count;
    return joined.subarray(0, count);
  }
}

/**
 * The bytes of a file, unzipped if they are gzipped: its first bytes decide, not its name.
 * @throws DatasetInvalid if the zip is broken.
 */
export async function* unzipped(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes < GZIP_MAGIC.length;) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    head.push(value);
    bytes += value.length;
  }
  const first = Buffer.concat(head);
  const whole = rejoined(first, iterator);
  yield* GZIP_MAGIC.every((byte, i) => first[i] === byte) ? gunzip(whole, file) : whole;
}

async function* rejoined(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const zip = createGunzip();
  // Its reader gets the same error, and is the one to tell.
  const fed = pipeline(Readable.from(chunks, { objectMode: true }), zip).catch(() => undefined);
  try {
    for await (const chunk of zip) yield chunk as Uint8Array;
  } catch (error) {
    const code = errorCode(error);
    if (!code.startsWith('Z_')) throw error;
    const what = code === 'Z_BUF_ERROR' ? 'a truncated gzip file' : 'a corrupt gzip file';
    throw new DatasetInvalid(`${file} is ${what} (${(error as Error).message}); fetch it again`, { cause: error });
  } finally {
    zip.destroy();
    await fed;
  }
}
