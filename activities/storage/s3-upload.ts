/**
 * Files of any size into an S3-compatible bucket, in bounded memory.
 *
 * A body is a stream that is signed with its hash, which every store checks, so that it needs no second sum and is
 * never whole in memory. Large files go in parts, some at a time; parts of an upload that ends early are taken back.
 *
 * @module
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  NoSuchUpload,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteRange, FileSource } from './object-store';
import type { Movement } from './movement';
import { piecesOf, sha256OfRange } from './pieces';
import { patiently, tagOf } from './s3-patience';
import type { TransferBucket, TransferLimits } from './s3-patience';

/** Of the S3 API. */
const PARTS_MAX = 10_000;
/** Handed to the network at once: eight seconds at 64 kbit/s. */
const SENT_BYTES = 64 * 1024;
/** A server may write the parts of a file together before it answers. */
const ASSEMBLED_BYTES_PER_SECOND_MIN = 20_000_000;
/** While it does, whoever waits is told so often within the limit of silence that the upload lives. */
const TOLD_PER_LIMIT = 10;
const ABANDON_MILLISECONDS_MAX = 10_000;
const ABANDON_TRIES = 3;
const ABANDON_PAUSE_MILLISECONDS = 200;

export interface UploadOptions {
  readonly bucket: TransferBucket;
  readonly limits: TransferLimits;
  readonly key: string;
  readonly source: FileSource;
  readonly bytes: number;
  readonly sha256: string;
  readonly movement: Movement;
  readonly signal: AbortSignal | undefined;
}

interface OpenUpload {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

export class Upload {
  constructor(private readonly options: UploadOptions) {}

  async run(): Promise<void> {
    const { bytes, limits } = this.options;
    return bytes <= limits.singlePutBytesMax ? this.putWhole() : this.putParts();
  }

  private async putWhole(): Promise<void> {
    const { bucket, key, bytes, sha256, signal } = this.options;
    await this.send(signal, async (client, abortSignal) => {
      const Body = this.bodyOf({ from: 0, count: bytes });
      const command = new PutObjectCommand({ ...bucket.at(key), Body, ContentLength: bytes });
      return tagOfSent(Body, client.send(signedAs(command, sha256), { abortSignal }));
    });
  }

  private async putParts(): Promise<void> {
    const { bucket, key, signal } = this.options;
    const at = bucket.at(key);
    const { UploadId } = await this.send(signal, async (client, abortSignal) =>
      client.send(new CreateMultipartUploadCommand(at), { abortSignal }),
    );
    try {
      const Parts = await this.sendParts({ ...at, UploadId });
      await this.complete(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      await this.takeBack({ ...at, UploadId });
      throw error;
    }
  }

  /**
   * A part that is still on its way at the server may stand in the way, or come to lie there afterwards. What cannot be
   * taken back now is found by `listUploads`.
   */
  private async takeBack(upload: OpenUpload): Promise<void> {
    const client = await this.options.bucket.client();
    const abortSignal = AbortSignal.timeout(ABANDON_MILLISECONDS_MAX);
    for (let tries = 0; tries < ABANDON_TRIES && !abortSignal.aborted; tries++) {
      if (tries > 0) await sleep(ABANDON_PAUSE_MILLISECONDS * tries);
      const gone = await client.send(new AbortMultipartUploadCommand(upload), { abortSignal }).then(
        () => false,
        (error: unknown) => error instanceof NoSuchUpload,
      );
      if (gone) return;
    }
  }

  /** Some at a time; when one fails, or the upload is ended, resolves only once none is under way. */
  private async sendParts(upload: OpenUpload): Promise<CompletedPart[]> {
    const { bytes, signal, limits } = this.options;
    const partBytes = Math.max(limits.partBytes, Math.ceil(bytes / PARTS_MAX));
    const done: CompletedPart[] = new Array<CompletedPart>(Math.ceil(bytes / partBytes));
    const failed = new AbortController();
    const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let i = next++; i < done.length && !either.aborted; i = next++) {
        const range = { from: i * partBytes, count: Math.min(partBytes, bytes - i * partBytes) };
        done[i] = await this.sendPart({ ...upload, PartNumber: i + 1 }, range, either);
      }
    };
    const lanes = Array.from({ length: limits.partsAtOnce }, () =>
      lane().catch((error: unknown) => failed.abort(error)),
    );
    await Promise.all(lanes);
    either.throwIfAborted();
    return done;
  }

  private async sendPart(
    part: OpenUpload & { readonly PartNumber: number },
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<CompletedPart> {
    const sha256 = await sha256OfRange(this.options.source, range, signal);
    const ETag = await this.send(signal, async (client, abortSignal) => {
      const Body = this.bodyOf(range);
      const command = new UploadPartCommand({ ...part, Body, ContentLength: range.count });
      return tagOfSent(Body, client.send(signedAs(command, sha256), { abortSignal }));
    });
    return { ETag, PartNumber: part.PartNumber };
  }

  private async complete(command: CompleteMultipartUploadCommand): Promise<void> {
    const { bucket, key, bytes, signal, limits, movement } = this.options;
    const limit = limits.sendingSilenceMilliseconds + (bytes / ASSEMBLED_BYTES_PER_SECOND_MIN) * 1000;
    const timer = setInterval(() => movement.lives(), limits.sendingSilenceMilliseconds / TOLD_PER_LIMIT);
    try {
      await this.send(signal, async (client, abortSignal) => client.send(command, { abortSignal }), limit);
    } catch (error) {
      signal?.throwIfAborted();
      // The answer may have been lost, and then the upload is known no more.
      const client = await bucket.client();
      const found = await client.send(new HeadObjectCommand(bucket.at(key))).catch(() => undefined);
      if (found?.ContentLength !== bytes) throw error;
    } finally {
      clearInterval(timer);
    }
  }

  private async send<T>(
    signal: AbortSignal | undefined,
    send: (client: S3Client, signal: AbortSignal) => Promise<T>,
    silenceMilliseconds = this.options.limits.sendingSilenceMilliseconds,
  ): Promise<T> {
    const { bucket, key, movement } = this.options;
    return patiently({ bucket, name: 'put', key, movement, signal, silenceMilliseconds, send });
  }

  /** Tells of each piece when the network has asked for the next. */
  private bodyOf(range: ByteRange): Readable {
    const { source, movement } = this.options;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of piecesOf(source, range, SENT_BYTES)) {
        yield piece;
        movement.moved(piece.byteLength);
      }
    }
    return Readable.from(counted(), { objectMode: false });
  }
}

/** The tag of what was sent. A body that nobody reads on would hold its file open. */
async function tagOfSent(body: Readable, sent: Promise<{ readonly ETag?: string | undefined }>): Promise<string> {
  try {
    return tagOf(await sent);
  } finally {
    body.destroy();
  }
}

interface Middleware {
  add(
    step: <A extends { request: unknown }, R>(next: (args: A) => Promise<R>) => (args: A) => Promise<R>,
    options: { readonly step: 'build'; readonly name: string },
  ): void;
}

/** The hash that a request is signed with, so that the signer need not read its stream. */
function signedAs<C extends { readonly middlewareStack: unknown }>(command: C, sha256: string): C {
  (command.middlewareStack as Middleware).add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'contentHash' },
  );
  return command;
}
