/**
 * What an S3 client's errors mean for a trial, in words for people. Nothing of a request's headers, and so no
 * credential, gets into them.
 *
 * @module
 */
import { PreconditionFailed, StorageDenied, StorageRefused, StorageUnavailable } from './object-store';

/** One request, as far as people need to know it. */
export interface Operation {
  readonly name: 'put' | 'get' | 'head' | 'list' | 'copy' | 'delete';
  readonly key: string;
  readonly bucket: string;
  readonly endpoint: string;
}

/** The parts of the SDK's errors that are read here. */
interface ClientError {
  readonly name?: string;
  readonly message?: string;
  /** Of a failed connection. */
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** How the SDK begins messages that are not its own, and those of its parts. */
const WRAPPED = /^(AWS SDK error wrapper for (\w*Error: )?|@smithy\/\S+ - )/;

const NO_CREDENTIALS = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';
const WRONG_KEY = 'check AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL_S3: this store does not know the access key';
const EXPIRED = 'the credentials have expired: renew them';
const PERMISSIONS =
  'the credentials need s3:ListBucket on the bucket and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects';
const WRONG_REGION = 'set AWS_REGION to the region of the bucket';
const NO_TLS = 'TLS handshake failed';
const WRONG_URL = 'AWS_ENDPOINT_URL_S3 must be a URL such as http://127.0.0.1:7070';

const NO_ROOM = 'make room in the bucket, or raise its quota';

/** What an operator does about refusals, by their names in S3, in the SDK, in VersityGW and in MinIO. */
const FIX_OF_REFUSAL: Readonly<Record<string, string>> = {
  CredentialsProviderError: NO_CREDENTIALS,
  AccessDenied: PERMISSIONS,
  AllAccessDisabled: PERMISSIONS,
  InvalidAccessKeyId: WRONG_KEY,
  XAdminUserNotFound: WRONG_KEY,
  SignatureDoesNotMatch: 'check AWS_SECRET_ACCESS_KEY',
  ExpiredToken: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidToken: 'check AWS_SESSION_TOKEN',
  NoSuchBucket: 'create the bucket, or set STEPWELL_BUCKET',
  InvalidBucketName:
    'STEPWELL_BUCKET must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
  UnsupportedBucket: 'STEPWELL_BUCKET must be a general purpose bucket, in one region',
  AuthorizationHeaderMalformed: WRONG_REGION,
  PermanentRedirect: WRONG_REGION,
  RequestTimeTooSkewed: 'set the clock of this machine',
  ERR_INVALID_URL: WRONG_URL,
  QuotaExceeded: NO_ROOM,
  XMinioAdminBucketQuotaExceeded: NO_ROOM,
};

/** Refusals that are none of the above are mended by one of these, or by time. */
const FIX_OF_OTHERS = 'check the credentials, STEPWELL_BUCKET and AWS_ENDPOINT_URL_S3';

/** Statuses by which a store, or what stands before it, refuses who asks or where: redirections besides. */
const REFUSING_STATUSES: readonly number[] = [401, 403, 404, 405, 407];

const NOT_IMPLEMENTED = 'NotImplemented';

/** Statuses below 500 that pass: too many requests, a body that was cut off on its way. */
const PASSING_NAMES: readonly string[] = [
  'RequestTimeout',
  'IncompleteBody',
  'BadDigest',
  'SlowDown',
  'TooManyRequests',
  'OperationAborted',
  // VersityGW could not read the request, which another connection brings whole.
  'BadRequest',
];

/** Whether a conditional put lost. A match with an object that is gone answers "no such key". */
export function isLostCondition(error: unknown): boolean {
  const { name, status } = describe(error);
  return (
    status === 412 || name === 'PreconditionFailed' || name === 'ConditionalRequestConflict' || name === 'NoSuchKey'
  );
}

/** Whether the answer was that there is no such object; of a HEAD, whose answers have no body, this is not known. */
export function isMissing(error: unknown): boolean {
  return describe(error).name === 'NoSuchKey';
}

/** Whether the server answered at all. */
export function wasAnswered(error: unknown): boolean {
  return describe(error).status > 0;
}

export function preconditionFailed(operation: Operation): PreconditionFailed {
  return new PreconditionFailed(`conditional put lost to another writer ${place(operation)}`);
}

/** Any other error as the one of the port that it is. */
export function asStorageError(
  error: unknown,
  operation: Operation,
): StorageDenied | StorageRefused | StorageUnavailable {
  const { name, code, status, message } = describe(error);
  const cause = new Error(message);
  cause.name = name;
  const refused = `${operation.name} was refused ${place(operation)}: ${status === 0 || message.includes(name) ? message : `${name}: ${message}`}`;
  const fix = FIX_OF_REFUSAL[name] ?? FIX_OF_REFUSAL[code];
  if (fix !== undefined || (status >= 300 && status < 400) || REFUSING_STATUSES.includes(status))
    return new StorageRefused(`${refused}; ${fix ?? FIX_OF_OTHERS}`, { cause });
  if (name === NOT_IMPLEMENTED)
    return new StorageDenied(`${refused}; use a store that has conditional writes`, { cause });
  if (status >= 400 && status < 500 && status !== 429 && !PASSING_NAMES.includes(name))
    return new StorageDenied(refused, { cause });
  const hint =
    message === NO_TLS
      ? 'the endpoint may not speak TLS: try http://'
      : 'check that the store runs and that AWS_ENDPOINT_URL_S3 names it';
  return new StorageUnavailable(`${operation.name} failed ${place(operation)}: ${message}; ${hint}`, { cause });
}

/** The endpoint is something else than S3, such as a web page. */
export function notAStore(operation: Operation): StorageUnavailable {
  return new StorageUnavailable(
    `${operation.name} failed ${place(operation)}: the answer is not that of an S3 store; ${WRONG_URL}`,
  );
}

function place({ endpoint, bucket, key }: Operation): string {
  return `[endpoint=${endpoint}, bucket=${bucket}, key=${key}]`;
}

function describe(error: unknown): {
  readonly name: string;
  readonly code: string;
  readonly status: number;
  readonly message: string;
} {
  const { name = 'Unknown', code = '', message = String(error), $metadata } = (error ?? {}) as ClientError;
  const status = $metadata?.httpStatusCode ?? 0;
  const said = message.replace(WRAPPED, '').split('\n')[0]?.trim() ?? '';
  // OpenSSL speaks of source files; connections tried on several addresses say nothing themselves, nor does an answer
  // without a body.
  if (/\bEPROTO\b/.test(said)) return { name, code, status, message: NO_TLS };
  return {
    name,
    code,
    status,
    message: said === '' || said === 'UnknownError' ? [code || name, status || ''].join(' ').trim() : said,
  };
}
