/**
 * The port to S3-compatible storage: bytes by key, with conditional writes.
 *
 * @module
 */
import type { ObjectRef } from '../../workflows/words/outcome';

/** `ifMatch`: only over the version with this etag; `ifNoneMatch`: only where nothing is. */
export type PutCondition = { readonly ifMatch: string } | { readonly ifNoneMatch: '*' };

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** When it was last written, in milliseconds of the store's own clock. */
  readonly modifiedAt: number;
}

/** A stretch of an object's bytes. */
export interface ByteRange {
  readonly from: number;
  /** At least 1. */
  readonly count: number;
}

/** A file that somebody has begun to put in parts and not ended: an attempt at work, or a process that died. */
export interface PendingUpload {
  readonly key: string;
  /** The store's name for it: many may be under way to one key. */
  readonly id: string;
  /** In milliseconds of the store's own clock. */
  readonly begunAt: number;
}

/** A local file by its path, or bytes that are in memory. */
export type FileSource = string | Uint8Array;

export interface TransferOptions {
  /** Told of bytes as they move: a transfer may take hours, and whoever waits for it must know that it lives. */
  readonly onMoved?: ((bytes: number) => void) | undefined;
  /** Ends the transfer with the signal's reason; nothing of it stays where it went. */
  readonly signal?: AbortSignal | undefined;
}

export interface PutFileOptions extends TransferOptions {
  /** Of the source, in hexadecimal, where it is known; otherwise it is read once more. */
  readonly sha256?: string | undefined;
}

/** What an object's bytes came to on their way. */
export type ContentRef = Pick<ObjectRef, 'sha256' | 'bytes'>;

/**
 * Keys are paths; none may be the folder of another, for VersityGW keeps objects as plain files.
 *
 * Every operation throws `StorageUnavailable`, `StorageRefused` or `StorageDenied`.
 */
export interface ObjectStore {
  /** Where keys live, for people: `s3://bucket/prefix/`. */
  readonly uri: string;
  /** Writes an object whole. @returns its etag. @throws PreconditionFailed if the condition does not hold. */
  put(key: string, bytes: Uint8Array, condition?: PutCondition): Promise<{ readonly etag: string }>;
  /**
   * @param range A part only, which must begin within the object and may end after it.
   * @returns undefined where there is no such object.
   */
  get(key: string, range?: ByteRange, options?: TransferOptions): Promise<StoredObject | undefined>;
  /**
   * Writes a file of any size, piece by piece, off the event loop; whole or not at all, over whatever is there. Takes
   * any time as long as bytes move.
   */
  putFile(key: string, source: FileSource, options?: PutFileOptions): Promise<ObjectRef>;
  /**
   * Reads an object of any size, piece by piece, off the event loop.
   *
   * @param file Local path that the bytes go to; `null` to hash them only.
   * @returns What was read; undefined where there is no such object, and then there is no file.
   */
  getFile(key: string, file: string | null, options?: TransferOptions): Promise<ContentRef | undefined>;
  /** What is under way below a prefix, and what processes that died have left. */
  listUploads(prefix: string): Promise<readonly PendingUpload[]>;
  /** Ends uploads, and gives back the space of their parts. Idempotent. */
  abandonUploads(uploads: readonly PendingUpload[]): Promise<void>;
  head(key: string): Promise<{ readonly etag: string; readonly bytes: number } | undefined>;
  /** Keys below a prefix, in order. */
  list(prefix: string): Promise<readonly ListedObject[]>;
  /**
   * Writes an object anew under another key, on the store's side: no byte comes here, whatever its size. Told is what
   * the store has copied.
   * @returns Whether there was one to copy.
   */
  copy(from: string, to: string, options?: TransferOptions): Promise<boolean>;
  /** Idempotent. */
  delete(keys: readonly string[]): Promise<void>;
}

/** A conditional write lost: somebody else wrote first. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
}

/**
 * The store refuses for a reason that time or an operator mends: credentials, permissions, a clock, no such bucket. What
 * is meant for it waits; the message says what to do.
 */
export class StorageRefused extends Error {
  override readonly name = 'StorageRefused';
}

/** The store cannot do this, or holds what it should not. No retry mends it. */
export class StorageDenied extends Error {
  override readonly name = 'StorageDenied';
}

/** The store cannot be reached or answers with a fault; worth a retry. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}
