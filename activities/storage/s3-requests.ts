/**
 * Requests for single objects, made of the AWS SDK's own parts (endpoint rules, credentials, signer, connections,
 * retry strategy) but without its middleware, which takes ten times the CPU of a small object's request.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { extendedEncodeURIComponent, HttpRequest } from '@smithy/core/protocols';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import { Movement, whileMoving } from './movement';
import type { TransferOptions } from './object-store';

/** A clock this far off is taken for wrong, as the SDK does; stores refuse 15 minutes. */
const CLOCK_SKEW_MILLISECONDS = 240_000;

export interface ObjectRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Told of the bytes of the answer. */
  readonly transfer?: TransferOptions | undefined;
}

/** A success; what a store must say in it is not checked. */
export interface ObjectAnswer {
  readonly etag: string | undefined;
  /** As announced: of a HEAD, of what a GET would bring. */
  readonly contentLength: number | undefined;
  readonly bytes: Uint8Array;
}

/** An answer that is none of success, in the form of the SDK's own errors. */
class RequestFailed extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly clockSkewCorrected: boolean };
  constructor(status: number, text: string, clockSkewCorrected: boolean) {
    super(elementOf(text, 'Message') ?? STATUS_CODES[status] ?? '');
    this.name = elementOf(text, 'Code') ?? 'Unknown';
    this.$metadata = { httpStatusCode: status, clockSkewCorrected };
  }
}

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The bucket's address, and who signs for it. */
interface Bucket {
  readonly url: URL;
  readonly signer: SignatureV4;
  readonly withChecksum: boolean;
}

/** The objects of one bucket. */
export class ObjectRequests {
  private finding: Promise<Bucket> | undefined;

  constructor(
    readonly client: S3Client,
    private readonly bucket: string,
    /** Longest silence within the body of an answer. */
    private readonly silenceMilliseconds: number,
  ) {}

  /** @throws what the SDK's commands throw, as far as `s3-errors` reads it. */
  async send(request: ObjectRequest): Promise<ObjectAnswer> {
    const strategy = await this.client.config.retryStrategy();
    if (!('acquireInitialRetryToken' in strategy)) throw new TypeError('the retry strategy is not of version 2');
    let token = await strategy.acquireInitialRetryToken('');
    for (;;) {
      try {
        const answer = await this.try(request);
        strategy.recordSuccess(token);
        return answer;
      } catch (error) {
        token = await strategy.refreshRetryTokenForRetry(token, { errorType: errorTypeOf(error) }).catch(() => {
          throw error;
        });
        await sleep(token.getRetryDelay());
      }
    }
  }

  private async try({ method, key, headers, body, transfer = {} }: ObjectRequest): Promise<ObjectAnswer> {
    this.finding ??= this.find().catch((error: unknown) => {
      this.finding = undefined;
      throw error;
    });
    const { url, signer, withChecksum } = await this.finding;
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest();
    const request = new HttpRequest({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: `${url.pathname.replace(/\/$/, '')}/${key.split('/').map(extendedEncodeURIComponent).join('/')}`,
      headers: {
        host: url.host,
        'x-amz-content-sha256': hash.toString('hex'),
        ...headers,
        ...(body && { 'content-length': String(body.byteLength) }),
        // Buckets with object lock want one; of the hash that signs the body it costs nothing.
        ...(body && withChecksum && { 'x-amz-checksum-sha256': hash.toString('base64') }),
      },
      ...(body && { body }),
    });
    const { config } = this.client;
    const signed = await signer.sign(request, { signingDate: new Date(Date.now() + config.systemClockOffset) });
    transfer.signal?.throwIfAborted();
    const { response } = await config.requestHandler.handle(new HttpRequest(signed));
    return this.read(response, transfer);
  }

  private async read(
    { statusCode: status, headers, body }: Response,
    { onMoved, signal }: TransferOptions,
  ): Promise<ObjectAnswer> {
    const movement = new Movement(onMoved);
    const bytes = await whileMoving(movement, this.silenceMilliseconds, signal, async (either) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of addAbortSignal(either, body as Readable) as AsyncIterable<Buffer>) {
        pieces.push(piece);
        movement.moved(piece.byteLength);
      }
      return Buffer.concat(pieces);
    });
    if (status >= 300)
      throw new RequestFailed(status, bytes.toString('utf8'), status < 500 && this.correctClock(headers['date']));
    const length = headers['content-length'];
    return {
      etag: headers['etag'],
      contentLength: length === undefined ? undefined : Number(length),
      bytes,
    };
  }

  /** @returns Whether this machine's clock was wrong by the store's, and is allowed for from now on. */
  private correctClock(date: string | undefined): boolean {
    const { config } = this.client;
    const offset = Date.parse(date ?? '') - Date.now();
    if (!(Math.abs(offset - config.systemClockOffset) >= CLOCK_SKEW_MILLISECONDS)) return false;
    config.systemClockOffset = offset;
    return true;
  }

  private async find(): Promise<Bucket> {
    const { config } = this.client;
    const { url, properties } = await getEndpointFromInstructions(
      { Bucket: this.bucket },
      HeadBucketCommand,
      config as Parameters<typeof getEndpointFromInstructions>[2],
    );
    const [scheme] = (properties?.['authSchemes'] ?? []) as readonly {
      readonly name: string;
      readonly signingRegion?: string;
    }[];
    // Directory buckets and access points over several regions sign otherwise; the latter do not keep conditions.
    if (scheme !== undefined && scheme.name !== 'sigv4')
      throw Object.assign(new Error(`requests are signed by ${scheme.name}`), { name: 'UnsupportedBucket' });
    return {
      url,
      signer: new SignatureV4({
        service: 's3',
        region: scheme?.signingRegion ?? config.region,
        credentials: config.credentials,
        sha256: config.sha256,
        uriEscapePath: false,
      }),
      withChecksum: (await config.requestChecksumCalculation()) === 'WHEN_SUPPORTED',
    };
  }
}

function errorTypeOf(error: unknown): 'THROTTLING' | 'TRANSIENT' | 'CLIENT_ERROR' {
  const known = error as Parameters<typeof isTransientError>[0];
  if (isThrottlingError(known)) return 'THROTTLING';
  return isTransientError(known) ? 'TRANSIENT' : 'CLIENT_ERROR';
}

/** What stands in an element of an S3 error's XML. */
function elementOf(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml) ?? [];
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: keyof typeof ENTITIES) => ENTITIES[entity]);
}

const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' } as const;
