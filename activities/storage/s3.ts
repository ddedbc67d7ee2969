/**
 * The object store in an S3-compatible bucket; with `s3-*.ts` the only files that name the AWS SDK.
 *
 * Endpoint, region and credentials come from the AWS chain (`AWS_ENDPOINT_URL_S3`, `AWS_REGION`, `AWS_PROFILE` ...).
 * What is put as bytes is one plain PUT: it is checked whole and takes the condition itself. Files go by `S3Transfers`.
 *
 * @module
 */
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput, S3ClientConfig } from '@aws-sdk/client-s3';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { StorageRefused, StorageUnavailable } from './object-store';
import type { ByteRange, ListedObject, ObjectStore, PutCondition, StoredObject } from './object-store';
import { copyObject } from './s3-copy';
import { asStorageError, isLostCondition, isMissing, notAStore, preconditionFailed, wasAnswered } from './s3-errors';
import type { Operation } from './s3-errors';
import { TRANSFER_LIMITS } from './s3-patience';
import type { TransferBucket, TransferLimits } from './s3-patience';
import { ObjectRequests } from './s3-requests';
import type { ObjectAnswer, ObjectRequest } from './s3-requests';
import { S3Transfers } from './s3-transfers';

/** What most S3-compatible servers take themselves for. */
const DEFAULT_REGION = 'us-east-1';
const CONNECT_MILLISECONDS_MAX = 3_000;
/** Silence on a connection; a large object may take any time as long as bytes move. */
const SILENCE_MILLISECONDS_MAX = 15_000;
/** Tries of one request, with the body of its answer. */
const TRIES_MAX = 3;
/** Of the S3 API, for one request. */
const DELETE_KEYS_MAX = 1_000;

export interface S3StoreOptions {
  readonly bucket: string;
  /** Precedes every key: empty, or ending with `/`. */
  readonly prefix: string;
  /** A server of the caller's own instead of the environment's. */
  readonly access?: S3Access;
  /** A client of the caller's own instead of one made here. */
  readonly client?: S3Client;
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
export function s3Store({ bucket, prefix, client, access: server, transfers: limits }: S3StoreOptions): ObjectStore {
  const access = new BucketAccess(bucket, prefix, client ?? (server && clientOf(server)));
  const forTransfers = access.forTransfers(client ?? (server && clientOf(server, TRANSFER_SETTINGS)));
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
    copy: (from, to) => access.copy(from, to),
    delete: (keys) => access.delete(keys),
  };
}

class BucketAccess {
  private connecting: Promise<S3Client> | undefined;
  private requests: ObjectRequests | undefined;

  constructor(
    private readonly bucket: string,
    private readonly prefix: string,
    private readonly given: S3Client | undefined,
  ) {}

  async put(key: string, bytes: Uint8Array, condition?: PutCondition): Promise<{ readonly etag: string }> {
    const headers =
      condition === undefined
        ? {}
        : 'ifMatch' in condition
          ? { 'if-match': condition.ifMatch }
          : { 'if-none-match': condition.ifNoneMatch };
    try {
      const { etag } = await this.send({ method: 'PUT', key, headers, body: bytes });
      if (etag !== undefined) return { etag };
    } catch (error) {
      if (condition !== undefined && isLostCondition(error)) throw preconditionFailed(await this.operation('put', key));
      throw await this.failure(error, 'put', key);
    }
    throw notAStore(await this.operation('put', key));
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const headers = range && { range: `bytes=${range.from}-${range.from + range.count - 1}` };
    try {
      const { etag, bytes } = await this.send({ method: 'GET', key, ...(headers && { headers }) });
      if (etag !== undefined) return { bytes, etag };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw await this.failure(error, 'get', key);
    }
    throw notAStore(await this.operation('get', key));
  }

  async head(key: string): Promise<{ readonly etag: string; readonly bytes: number } | undefined> {
    try {
      const { etag, contentLength } = await this.send({ method: 'HEAD', key });
      if (etag !== undefined && contentLength !== undefined) return { etag, bytes: contentLength };
    } catch (error) {
      if (!wasAnswered(error)) throw await this.failure(error, 'head', key);
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

  async copy(from: string, to: string): Promise<boolean> {
    const found = await this.head(from);
    if (found === undefined) return false;
    try {
      const place = (key: string) => ({ Bucket: this.bucket, Key: `${this.prefix}${key}` });
      await copyObject(await this.client(), place(from), place(to), found.bytes);
      return true;
    } catch (error) {
      // It went away in between.
      if (isMissing(error)) return false;
      throw await this.failure(error, 'copy', from);
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETE_KEYS_MAX) {
      const batch = keys.slice(from, from + DELETE_KEYS_MAX);
      try {
        const client = await this.client();
        const Objects = batch.map((key) => ({ Key: `${this.prefix}${key}` }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } }),
        );
        const failed = Errors.find(({ Code }) => Code !== 'NoSuchKey');
        if (failed !== undefined) throw Object.assign(new Error(failed.Message), { name: failed.Code ?? 'Unknown' });
      } catch (error) {
        throw await this.failure(error, 'delete', batch[0] ?? '');
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
        const trouble = error instanceof StorageUnavailable ? notAStore(operation) : asStorageError(error, operation);
        // Credentials may be renewed by then.
        if (trouble instanceof StorageRefused) connecting = undefined;
        return trouble;
      },
    };
  }

  private at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: `${this.prefix}${key}` };
  }

  private async listPage(keyPrefix: string, page: string | undefined): Promise<ListObjectsV2CommandOutput> {
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
      throw await this.failure(error, 'list', keyPrefix);
    }
    throw notAStore(await this.operation('list', keyPrefix));
  }

  private async send(request: ObjectRequest): Promise<ObjectAnswer> {
    const client = await this.client();
    if (this.requests?.client !== client) this.requests = new ObjectRequests(client, this.bucket);
    return this.requests.send({ ...request, key: `${this.prefix}${request.key}` });
  }

  private async client(): Promise<S3Client> {
    if (this.given !== undefined) return this.given;
    this.connecting ??= environmentClient();
    return this.connecting;
  }

  private async failure(error: unknown, name: Operation['name'], key: string): Promise<Error> {
    const failed = asStorageError(error, await this.operation(name, key));
    if (failed instanceof StorageRefused) this.disconnect();
    return failed;
  }

  /** What an operator has mended meanwhile, such as a file of credentials, is read by the next request. */
  private disconnect(): void {
    void this.connecting?.then((client) => client.destroy()).catch(() => undefined);
    this.connecting = undefined;
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
    // What is not said here the SDK takes from the user's own settings, which are for other servers.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    retryMode: 'standard',
    ...own,
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
}

async function environmentClient(own: S3ClientConfig = {}): Promise<S3Client> {
  const settings = { ...clientSettings(), ...own };
  // The SDK reads the files of configuration and credentials once in a process; this client may not be the first.
  await loadSharedConfigFiles({ ignoreCache: true });
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
