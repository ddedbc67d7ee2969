/**
 * The object store that a command's services use, for commands that read or clean it themselves.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ObjectStore } from '../activities/storage/object-store';
import { findServices, startServices } from '../infra/services';
import { BUCKET, objectFolder } from '../infra/services/versitygw';
import { readStoreConfig } from '../workers/config';
import type { Environment } from '../workers/environment';
import { embeddedEnvironment } from './embedded-environment';
import { CommandError } from './failure';
import { namesCluster } from './services';

export interface OpenedStore {
  readonly store: ObjectStore;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

/**
 * The store of the environment where that names a Temporal server, else the folder's, whose servers are started if they
 * do not run.
 *
 * @throws CommandError if the folder holds no store; ServiceFailed, ServiceUnavailable
 */
export async function openStore(folder: string, onProgress: (text: string) => void): Promise<OpenedStore> {
  const opened = openRunning(folder);
  if (opened !== undefined) return opened;
  const services = await startServices({ folder, onProgress });
  return { store: storeOf(embeddedEnvironment(services)), close: () => services.stop() };
}

/**
 * As `openStore`, for commands that only read: of a folder whose servers do not run the files themselves are read, and
 * nothing is started.
 *
 * @throws CommandError if the folder holds no store
 */
export function openStoreToRead(folder: string): OpenedStore {
  const opened = openRunning(folder);
  if (opened !== undefined) return opened;
  const {
    plainFiles,
  }: typeof import('../activities/storage/plain-files') = require('../activities/storage/plain-files');
  const { bucket, prefix } = readStoreConfig(embeddedEnvironment({ environment: { STEPWELL_BUCKET: BUCKET } }));
  const files = path.join(objectFolder(path.resolve(folder)), bucket, ...prefix.split('/'));
  return { store: plainFiles(files, `s3://${bucket}/${prefix}`), close: async () => undefined };
}

/** Whether a folder has a store and nobody runs who could be asked: what is there is then read, as it is. */
export function isAtRest(folder: string): boolean {
  return !namesCluster() && existsSync(objectFolder(path.resolve(folder))) && findServices(folder) === undefined;
}

/** @returns undefined for a folder whose servers do not run. */
function openRunning(folder: string): OpenedStore | undefined {
  if (namesCluster()) return { store: storeOf(process.env), close: async () => undefined };
  if (!existsSync(objectFolder(path.resolve(folder)))) {
    throw new CommandError(
      `there is no store in ${folder}; name the folder of the services with --folder, or set TEMPORAL_ADDRESS to use a cluster and its store`,
      'environment',
      'NoStore',
    );
  }
  const running = findServices(folder);
  return running && { store: storeOf(embeddedEnvironment(running)), close: async () => undefined };
}

/** The services of a folder name their server; for others, of this process's own environment, the AWS chain does. */
export function storeOf(environment: Environment): ObjectStore {
  // The AWS SDK takes half a second to load: only commands that open a store pay for it.
  const { s3Store }: typeof import('../activities/storage/s3') = require('../activities/storage/s3');
  const { bucket, prefix } = readStoreConfig(environment);
  const {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = environment;
  if (environment === process.env || !endpoint || !region || !accessKeyId || !secretAccessKey)
    return s3Store({ bucket, prefix });
  return s3Store({ bucket, prefix, access: { endpoint, region, accessKeyId, secretAccessKey } });
}
