/**
 * Requests that move files: each may take any time while bytes move, and is tried again where the store was away.
 *
 * @module
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Movement, whileMoving } from './movement';
import { StorageUnavailable } from './object-store';
import type { Operation } from './s3-errors';

export interface TransferLimits {
  /** Files above this go in parts. */
  readonly singlePutBytesMax: number;
  /** At least 5 MiB but for the last, says S3; larger for files that would have more than S3 takes parts. */
  readonly partBytes: number;
  readonly partsAtOnce: number;
  /** Nothing has been handed to the network, and nothing has come back. */
  readonly sendingSilenceMilliseconds: number;
  readonly receivingSilenceMilliseconds: number;
}

export const TRANSFER_LIMITS: TransferLimits = {
  singlePutBytesMax: 64 * 1024 * 1024,
  partBytes: 16 * 1024 * 1024,
  partsAtOnce: 4,
  // The operating system takes some 2 MB at once that then move unseen: over four minutes at 64 kbit/s.
  sendingSilenceMilliseconds: 280_000,
  receivingSilenceMilliseconds: 30_000,
};

const TRIES_MAX = 3;
const PAUSE_MILLISECONDS = 200;

/** The bucket, as its owner sees it. */
export interface TransferBucket {
  readonly client: () => Promise<S3Client>;
  readonly at: (key: string) => { readonly Bucket: string; readonly Key: string };
  /** What an error of the client means. */
  readonly trouble: (error: unknown, name: Operation['name'], key: string) => Promise<Error>;
}

export interface PatientRequest<T> {
  readonly bucket: TransferBucket;
  readonly name: Operation['name'];
  readonly key: string;
  readonly movement: Movement;
  readonly silenceMilliseconds: number;
  readonly signal: AbortSignal | undefined;
  /** Whether the next try goes on where the last one ended; then only tries that moved nothing count. */
  readonly goesOn?: boolean;
  readonly send: (client: S3Client, signal: AbortSignal) => Promise<T>;
}

/** @throws The signal's reason, StorageDenied, StorageUnavailable. */
export async function patiently<T>(request: PatientRequest<T>): Promise<T> {
  const { bucket, name, key, movement, silenceMilliseconds, signal, goesOn = false, send } = request;
  for (let tries = 1; ; tries++) {
    const before = movement.bytes;
    movement.begins();
    try {
      const client = await bucket.client();
      return await whileMoving(movement, silenceMilliseconds, signal, (either) => send(client, either));
    } catch (error) {
      signal?.throwIfAborted();
      const trouble = await bucket.trouble(error, name, key);
      if (goesOn && movement.bytes > before) tries = 0;
      if (!(trouble instanceof StorageUnavailable) || tries >= TRIES_MAX) throw trouble;
    }
    await sleep(PAUSE_MILLISECONDS * 2 ** tries, undefined, { ...(signal !== undefined && { signal }) }).catch(
      () => undefined,
    );
    signal?.throwIfAborted();
  }
}

/** What is no store answers without one. */
export function tagOf({ ETag }: { readonly ETag?: string | undefined }): string {
  if (ETag === undefined) throw new StorageUnavailable('the answer is not that of an S3 store');
  return ETag;
}
