/**
 * The object store in an S3-compatible bucket; with `s3-*.ts` the only files that name the AWS SDK.
 *
 * Endpoint, region and credentials come from the AWS chain (`AWS_ENDPOINT_URL_S3`, `AWS_REGION`, `AWS_PROFILE` ...).
 * What is put as bytes is one plain PUT: it is checked whole and takes the condition itself. Files go by `S3Transfers`.
 *
 * @module
 */
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput, S3ClientConfig } from '@aws-sdk/client-s3';
import { StorageUnavailable } from './object-store';
import type { ByteRange, ListedObject, ObjectStore, PutCondition, StoredObject } from './object-store';
import { asStorageError, isLostCondition, isMissing, notAStore, preconditionFailed, wasAnswered } from './s3-errors';
import type { Operation } from './s3-errors';
import { TRANSFER_LIMITS } from './s3-requests';
import type { TransferBucket, TransferLimits } from './s3-requests';
import { S3Transfers } from './s3-transfers';

/** What most S3-compatible servers take themselves for. */
const DEFAULT_REGION = 'us-east-1';
const CONNECT_MILLISECONDS_MAX = 3_000;
/** Silence on a connection; a large object may take any time as long as bytes move. */
const SILENCE_MILLISECONDS_MAX = 15_000;
/** Tries of one request, and of the reading of a body. */
const TRIES_MAX = 3;
/** Of the S3 API, for one request. */
const DELETE_KEYS_MAX = 1_000;

export interface S3StoreOptions {
  readonly bucket: string;
  /** Precedes every key: empty, or ending with `/`. */
  readonly prefix: string;
  /** A server of the caller's own instead of the environment's. */
  readonly access?: S3Access;
  /** How files are moved; what is left out is as in `TRANSFER_LIMITS`. */
  readonly transfers?: Partial<TransferLimits>;
}

export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A store below a prefix of a bucket. Opens no connection before its first use. */
export function s3Store({ bucket, prefix, access: server, transfers: limits }: S3StoreOptions): ObjectStore {
  const access = new BucketAccess(bucket, prefix, server && clientOf(server));
  const forTransfers = access.forTransfers(server && clientOf(server, TRANSFER_SETTINGS));
  const transfers = new S3Transfers(forTransfers, { ...TRANSFER_LIMITS, ...limits });
  return {
    uri: `s3://${bucket}/${prefix}`,
    put: (key, bytes, condition) => access.put(key, bytes, condition),
    get: (key, range) => access.get(key, range),
    putFile: (key, source, options) => transfers.putFile(key, source, options),
    getFile: (key, file, options) => transfers.getFile(key, file, options),
    abandonUploads: (keyPrefix) => transfers.abandonUploads(keyPrefix),
    head: (key) => access.head(key),
    list: (keyPrefix) => access.list(keyPrefix),
    delete: (keys) => access.delete(keys),
  };
}

class BucketAccess {
  private connecting: Promise<S3Client> | undefined;

  constructor(
    private readonly bucket: string,
    private readonly prefix: string,
    private readonly given: S3Client | undefined,
  ) {}

  async put(key: string, bytes: Uint8Array, condition?: PutCondition): Promise<{ readonly etag: string }> {
    const conditional =
      condition === undefined
        ? {}
        : 'ifMatch' in condition
          ? { IfMatch: condition.ifMatch }
          : { IfNoneMatch: condition.ifNoneMatch };
    try {
      const client = await this.client();
      const { ETag } = await client.send(
        new PutObjectCommand({ ...this.at(key), Body: bytes, ContentLength: bytes.byteLength, ...conditional }),
      );
      if (ETag !== undefined) return { etag: ETag };
    } catch (error) {
      const operation = await this.operation('put', key);
      throw condition !== undefined && isLostCondition(error)
        ? preconditionFailed(operation)
        : asStorageError(error, operation);
    }
    throw notAStore(await this.operation('put', key));
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    for (let tries = 1; ; tries++) {
      const answer = await this.open(key, range);
      if (answer === undefined) return undefined;
      try {
        return { bytes: await answer.body(), etag: answer.etag };
      } catch (error) {
        // The client tries requests again by itself, but not bodies that broke off.
        if (tries === TRIES_MAX) throw asStorageError(error, await this.operation('get', key));
      }
    }
  }

  async head(key: string): Promise<{ readonly etag: string; readonly bytes: number } | undefined> {
    try {
      const client = await this.client();
      const { ETag, ContentLength } = await client.send(new HeadObjectCommand(this.at(key)));
      if (ETag !== undefined && ContentLength !== undefined) return { etag: ETag, bytes: ContentLength };
    } catch (error) {
      if (!wasAnswered(error)) throw asStorageError(error, await this.operation('head', key));
      // An answer to HEAD has no body, so a missing bucket looks like a missing object, and a refusal has no reason:
      // GET tells.
      const found = await this.get(key);
      return found && { etag: found.etag, bytes: found.bytes.byteLength };
    }
    throw notAStore(await this.operation('head', key));
  }

  async list(keyPrefix: string): Promise<readonly ListedObject[]> {
    const found: ListedObject[] = [];
    for (let page: string | undefined, first = true; first || page !== undefined; first = false) {
      const answer = await this.listPage(keyPrefix, page);
      for (const { Key = '', Size = 0, LastModified } of answer.Contents ?? []) {
        // Without a time, an object passes for new: garbage that stays harms nobody.
        found.push({
          key: Key.slice(this.prefix.length),
          bytes: Size,
          modifiedAt: LastModified?.getTime() ?? Date.now(),
        });
      }
      page = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    }
    // Servers differ in the place of "/" among other characters.
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETE_KEYS_MAX) {
      const batch = keys.slice(from, from + DELETE_KEYS_MAX);
      try {
        const client = await this.client();
        const Objects = batch.map((key) => ({ Key: this.at(key).Key }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } }),
        );
        const failed = Errors.find(({ Code }) => Code !== 'NoSuchKey');
        if (failed !== undefined) throw Object.assign(new Error(failed.Message), { name: failed.Code ?? 'Unknown' });
      } catch (error) {
        throw asStorageError(error, await this.operation('delete', batch[0] ?? ''));
      }
    }
  }

  /** The same bucket by a client whose requests may take any time. */
  forTransfers(given: S3Client | undefined): TransferBucket {
    let connecting: Promise<S3Client> | undefined;
    return {
      client: async () => given ?? (connecting ??= environmentClient(TRANSFER_SETTINGS)),
      at: (key) => this.at(key),
      trouble: async (error, name, key) => {
        const operation = await this.operation(name, key);
        return error instanceof StorageUnavailable ? notAStore(operation) : asStorageError(error, operation);
      },
    };
  }

  private async open(
    key: string,
    range: ByteRange | undefined,
  ): Promise<{ readonly etag: string; readonly body: () => Promise<Uint8Array> } | undefined> {
    try {
      const client = await this.client();
      const part = range && { Range: `bytes=${range.from}-${range.from + range.count - 1}` };
      const { Body, ETag } = await client.send(new GetObjectCommand({ ...this.at(key), ...part }));
      if (Body !== undefined && ETag !== undefined) return { etag: ETag, body: () => Body.transformToByteArray() };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw asStorageError(error, await this.operation('get', key));
    }
    throw notAStore(await this.operation('get', key));
  }

  private async listPage(keyPrefix: string, page: string | undefined): Promise<ListObjectsV2CommandOutput> {
    const operation = await this.operation('list', keyPrefix);
    try {
      const client = await this.client();
      const answer = await client.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: `${this.prefix}${keyPrefix}`,
          ContinuationToken: page,
        }),
      );
      if (answer.Name !== undefined) return answer;
    } catch (error) {
      throw asStorageError(error, operation);
    }
    throw notAStore(operation);
  }

  private at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: `${this.prefix}${key}` };
  }

  private async client(): Promise<S3Client> {
    if (this.given !== undefined) return this.given;
    this.connecting ??= environmentClient();
    return this.connecting;
  }

  private async operation(name: Operation['name'], key: string): Promise<Operation> {
    return {
      name,
      key: `${this.prefix}${key}`,
      bucket: this.bucket,
      endpoint: await this.client()
        .then(endpointOf)
        .catch(() => 'unknown'),
    };
  }
}

const silent = (): void => undefined;

/** Streams are tried again, and silence is watched, by `S3Transfers`; the client warns of every one that it does not. */
const TRANSFER_SETTINGS: S3ClientConfig = {
  logger: { debug: silent, info: silent, warn: silent, error: silent },
  maxAttempts: 1,
  requestHandler: { connectionTimeout: CONNECT_MILLISECONDS_MAX },
  requestChecksumCalculation: 'WHEN_REQUIRED',
};

/** What every client of ours does. */
function clientSettings() {
  // Node 20 is supported by the pinned version of the SDK; its notice about later ones is no news to a user.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return {
    maxAttempts: TRIES_MAX,
    requestHandler: { connectionTimeout: CONNECT_MILLISECONDS_MAX, socketTimeout: SILENCE_MILLISECONDS_MAX },
    // What is read is checked by the content hash it was written with, which also says what to do about wrong bytes.
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
}

function clientOf({ endpoint, region, accessKeyId, secretAccessKey }: S3Access, own: S3ClientConfig = {}): S3Client {
  return new S3Client({
    ...clientSettings(),
    ...own,
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
}

async function environmentClient(own: S3ClientConfig = {}): Promise<S3Client> {
  const settings = { ...clientSettings(), ...own };
  const { config } = new S3Client({});
  const endpoint = await config.serviceConfiguredEndpoint?.();
  return new S3Client({
    ...settings,
    region: () => config.region().catch(() => DEFAULT_REGION),
    // Servers on a host or an address of their own have no host name for every bucket.
    forcePathStyle: endpoint !== undefined,
  });
}

/** Scheme and host, without whatever else the address holds. */
async function endpointOf({ config }: S3Client): Promise<string> {
  if (config.endpoint !== undefined) {
    const { protocol, hostname, port } = await config.endpoint();
    return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
  }
  const configured = await config.serviceConfiguredEndpoint?.();
  if (configured === undefined) return `AWS in ${await config.region()}`;
  const { protocol, host } = new URL(configured);
  return `${protocol}//${host}`;
}
