/**
 * Files and bytes of any size in pieces: between two of them the event loop turns, so that a worker's heartbeats go on.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { ByteRange, ContentRef, FileSource } from './object-store';

/** Hashed in about a millisecond. */
const HASHED_BYTES = 1024 * 1024;

export async function bytesOf(source: FileSource): Promise<number> {
  return typeof source === 'string' ? (await stat(source)).size : source.byteLength;
}

/** A stretch of a source; the next piece is read when the last one was taken. */
export async function* piecesOf(
  source: FileSource,
  { from, count }: ByteRange,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  if (count === 0) return;
  if (typeof source === 'string') {
    yield* createReadStream(source, {
      start: from,
      end: from + count - 1,
      highWaterMark: pieceBytes,
    }) as AsyncIterable<Buffer>;
    return;
  }
  for (let at = from; at < from + count; at += pieceBytes) {
    yield source.subarray(at, Math.min(at + pieceBytes, from + count));
    await eventLoopTurn();
  }
}

/** SHA-256 in hexadecimal of a stretch of a source. */
export async function sha256OfRange(source: FileSource, range: ByteRange, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(source, range, HASHED_BYTES)) {
    signal?.throwIfAborted();
    hash.update(piece);
  }
  return hash.digest('hex');
}

/** Size and hash of a whole source. */
export async function contentOf(source: FileSource, signal?: AbortSignal): Promise<ContentRef> {
  const bytes = await bytesOf(source);
  return { sha256: await sha256OfRange(source, { from: 0, count: bytes }, signal), bytes };
}
