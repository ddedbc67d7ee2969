/**
 * Clients of the AWS SDK, for the environment's store or one that is named.
 *
 * @module
 */
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { loadSharedConfigFiles } from '@smithy/core/config';

/** What most S3-compatible servers take themselves for. */
const DEFAULT_REGION = 'us-east-1';
const CONNECT_MILLISECONDS_MAX = 3_000;
/** Silence on a connection; a large object may take any time as long as bytes move. */
const SILENCE_MILLISECONDS_MAX = 15_000;
/** Tries of one request, with the body of its answer. */
const TRIES_MAX = 3;

export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const silent = (): void => undefined;

/** Streams are tried again, and silence is watched, by `S3Transfers`; the client warns of every one that it does not. */
export const TRANSFER_SETTINGS: S3ClientConfig = {
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

/** A client of a server that is named here; nothing comes from the environment. */
export function clientOf(
  { endpoint, region, accessKeyId, secretAccessKey }: S3Access,
  own: S3ClientConfig = {},
): S3Client {
  return new S3Client({
    ...clientSettings(),
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    // What is not said here the SDK takes from the user's own settings, which are for other servers.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    retryMode: 'standard',
    ...own,
  });
}

/** A client of the server that the AWS chain names. */
export async function environmentClient(own: S3ClientConfig = {}): Promise<S3Client> {
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
export async function endpointOf({ config }: S3Client): Promise<string> {
  if (config.endpoint !== undefined) {
    const { protocol, hostname, port } = await config.endpoint();
    return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
  }
  const configured = await config.serviceConfiguredEndpoint?.();
  if (configured === undefined) return `AWS in ${await config.region()}`;
  const { protocol, host } = new URL(configured);
  return `${protocol}//${host}`;
}
