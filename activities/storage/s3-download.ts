/**
 * Objects of any size out of an S3-compatible bucket: written and hashed in one pass, in bounded memory, going on where
 * a body broke off.
 *
 * @module
 */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import { Movement } from './movement';
import type { ContentRef, TransferOptions } from './object-store';
import { isMissing } from './s3-errors';
import { patiently, tagOf } from './s3-patience';
import type { TransferBucket, TransferLimits } from './s3-patience';

/** Where a download goes. */
export interface Target {
  readonly bucket: TransferBucket;
  readonly limits: TransferLimits;
  readonly key: string;
  /** `null` to hash only. */
  readonly path: string | null;
}

/** @returns undefined where there is no such object, and then there is no file. */
export async function downloadFile(target: Target, options: TransferOptions): Promise<ContentRef | undefined> {
  const { path } = target;
  const file = path === null ? null : await open(path, 'w');
  let content: ContentRef | undefined;
  try {
    content = await new Download(target, file, options).run();
    return content;
  } finally {
    await file?.close();
    if (content === undefined && path !== null) await rm(path, { force: true });
  }
}

class Download {
  private readonly hash: Hash = createHash('sha256');
  private readonly movement: Movement;
  private etag: string | undefined;

  constructor(
    private readonly target: Target,
    private readonly file: FileHandle | null,
    private readonly options: TransferOptions,
  ) {
    this.movement = new Movement(options.onMoved);
  }

  async run(): Promise<ContentRef | undefined> {
    const {
      target: { bucket, limits, key },
      movement,
      options: { signal },
    } = this;
    const isThere = await patiently({
      bucket,
      name: 'get',
      key,
      movement,
      signal,
      silenceMilliseconds: limits.receivingSilenceMilliseconds,
      goesOn: true,
      send: (client, either) => this.receive(client, either),
    });
    return isThere ? { sha256: this.hash.digest('hex'), bytes: movement.bytes } : undefined;
  }

  private async receive(client: S3Client, signal: AbortSignal): Promise<boolean> {
    const { movement, target, file, hash } = this;
    const begin = movement.bytes;
    const rest = this.etag === undefined ? {} : { Range: `bytes=${begin}-`, IfMatch: this.etag };
    const command = new GetObjectCommand({ ...target.bucket.at(target.key), ...rest });
    const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      if (begin === 0 && isMissing(error)) return undefined;
      throw error;
    });
    if (answer === undefined) return false;
    this.etag = tagOf(answer);
    for await (const piece of addAbortSignal(signal, answer.Body as Readable) as AsyncIterable<Buffer>) {
      hash.update(piece);
      await file?.write(piece);
      movement.moved(piece.length);
    }
    const expected = begin + (answer.ContentLength ?? Number.NaN);
    if (movement.bytes !== expected) throw new Error(`body broke off after ${movement.bytes} of ${expected} bytes`);
    return true;
  }
}
