import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { credentialsOf } from './credentials';
import { ServiceFailed } from './errors';
import { prepareFolder } from './folder';
import { choosePort, LOOPBACK } from './ports';
import { requireProgram } from './programs';
import type { ProcessIdentity } from './programs';
import { answers, startServer } from './server';
import type { Server, ServerPlan } from './server';

export const REGION = 'us-east-1';

/** The bucket of the embedded store; a folder like every other bucket of VersityGW. */
export const BUCKET = 'stepwell';

export interface VersitygwOptions {
  readonly folder: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

/**
 * VersityGW over the folder's `s3`, where every object is a plain file and every bucket a folder; the bucket `stepwell`
 * is there. What S3 knows beyond bytes is kept in extended attributes, or where the file system has none, in the folder
 * `object-metadata`.
 *
 * @throws ServiceFailed, ServiceUnavailable
 */
export async function startVersitygw({ folder, onSpawn, ...wanted }: VersitygwOptions): Promise<Server> {
  const home = prepareFolder(folder);
  const port = wanted.port ?? (await choosePort(undefined));
  mkdirSync(path.join(objectFolder(home), BUCKET), { recursive: true });
  const start = () => startServer({ ...versitygwPlan(home, port), ...(onSpawn && { onSpawn }) });
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof ServiceFailed) || error.reason !== 'noAttributes') throw error;
    mkdirSync(metadataFolder(home));
    return start();
  }
}

/** How the server is run, and asked whether it is well. */
export function versitygwPlan(folder: string, port: number): ServerPlan {
  const { accessKeyId, secretAccessKey } = credentialsOf(folder);
  const address = `http://${LOOPBACK}:${port}`;
  // The server's own path, so that no other server on the port can pass for it.
  const health = `/health-${accessKeyId}`;
  const sidecar = existsSync(metadataFolder(folder)) ? ['--sidecar', metadataFolder(folder)] : [];
  return {
    name: 'the S3 server VersityGW',
    program: requireProgram('versitygw').path,
    args: [
      '--port',
      `${LOOPBACK}:${port}`,
      '--region',
      REGION,
      '--health',
      health,
      '--quiet',
      'posix',
      ...sidecar,
      objectFolder(folder),
    ],
    environment: { ROOT_ACCESS_KEY_ID: accessKeyId, ROOT_SECRET_ACCESS_KEY: secretAccessKey, VGW_KEEP_ALIVE: 'true' },
    folder,
    logFile: path.join(folder, 'versitygw.log'),
    address,
    isHealthy: () => answers(`${address}${health}`),
  };
}

/** Where objects lie on disk. */
export function objectFolder(folder: string): string {
  return path.join(folder, 's3');
}

/** VersityGW takes any name that begins with the object folder's for a folder inside it. */
function metadataFolder(folder: string): string {
  return path.join(folder, 'object-metadata');
}
