/**
 * What a whole run of the real tests shares: one Temporal server, one VersityGW and one MinIO in a temporary folder,
 * and the product compiled.
 *
 * @module
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentialsOf, REGION, startMinio, startTemporal, startVersitygw } from '../../infra/services';
import type { Server } from '../../infra/services';
import { compileProduct } from './compiled';
import { SERVICES_VARIABLE } from './services';
import type { S3Access, TestServices } from './services';
import { startWatchdog } from './watchdog';
import type { Watchdog } from './watchdog';

/** What the set-up leaves to the teardown, which runs in the same process. */
export interface TestRun {
  readonly folder: string;
  readonly servers: readonly Server[];
  readonly watchdog: Watchdog;
  readonly removeCompiled: () => void;
}

export const TEST_RUN = Symbol.for('stepwell.testRun');

export default async function globalSetup(): Promise<void> {
  // The AWS SDK would tell every test process that it wants Node 22 from 2027.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-test-servers-'));
  const watchdog = startWatchdog(folder);
  const options = { folder, onSpawn: ({ pid }: { readonly pid: number }) => watchdog.guard(pid) };
  const [temporal, versitygw, minio, removeCompiled] = await Promise.all([
    startTemporal(options),
    startVersitygw(options),
    startMinio(options),
    compileProduct(),
  ]);
  const access = (endpoint: string): S3Access => ({ endpoint, region: REGION, ...credentialsOf(folder) });
  const services: TestServices = {
    temporal: temporal.address,
    versitygw: access(versitygw.address),
    minio: access(minio.address),
  };
  process.env[SERVICES_VARIABLE] = JSON.stringify(services);
  const run: TestRun = { folder, servers: [temporal, versitygw, minio], watchdog, removeCompiled };
  Object.assign(globalThis, { [TEST_RUN]: run });
}
