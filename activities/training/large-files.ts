/**
 * Files of any size, in pieces.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** A file as it was written. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** One call of the system moves less than 2 GiB; a piece that was just hashed is still in the processor's cache. */
const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Writes parts one after the other into a file, hashing as it goes. No disk is waited for: nobody goes on from what a
 * machine that died left in a scratch folder.
 */
export function writeParts(path: string, parts: Iterable<Uint8Array>): WrittenFile {
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  let bytes = 0;
  try {
    for (const part of parts) {
      for (const piece of piecesOf(part)) {
        hash.update(piece);
        for (let done = 0; done < piece.length;) done += writeSync(file, piece, done);
        bytes += piece.length;
      }
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Fills an array from a place in an open file. @throws RangeError if the file ends before. */
export function fillFrom(file: number, bytes: Uint8Array, from: number): void {
  let at = from;
  for (const piece of piecesOf(bytes)) {
    for (let done = 0; done < piece.length;) {
      const count = readSync(file, piece, done, piece.length - done, at);
      if (count === 0) throw new RangeError(`file ends after ${at} bytes`);
      done += count;
      at += count;
    }
  }
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
