import path from 'node:path';
import { credentialsOf } from './credentials';
import { prepareFolder } from './folder';
import { choosePort, LOOPBACK } from './ports';
import { requireProgram } from './programs';
import type { ProcessIdentity } from './programs';
import { answers, startServer } from './server';
import type { Server } from './server';
import { REGION } from './versitygw';

export interface MinioOptions {
  readonly folder: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

/**
 * MinIO over the folder's `minio`, without buckets; the storage tests run against it too.
 * @throws ServiceFailed, ServiceUnavailable
 */
export async function startMinio({ folder, onSpawn, ...wanted }: MinioOptions): Promise<Server> {
  const home = prepareFolder(folder);
  const port = wanted.port ?? (await choosePort(undefined));
  const { accessKeyId, secretAccessKey } = credentialsOf(home);
  const address = `http://${LOOPBACK}:${port}`;
  return startServer({
    name: 'the S3 server MinIO',
    program: requireProgram('minio').path,
    args: ['server', '--quiet', '--address', `${LOOPBACK}:${port}`, path.join(home, 'minio')],
    environment: {
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_REGION: REGION,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
    folder: home,
    logFile: path.join(home, 'minio.log'),
    address,
    isHealthy: () => answers(`${address}/minio/health/ready`),
    ...(onSpawn && { onSpawn }),
  });
}
