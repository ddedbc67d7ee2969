/**
 * Everything that studies need, on this machine: both servers and both workers.
 *
 * @module
 */
import path from 'node:path';
import { startServices } from '../infra/services';
import { readClientConfig } from '../workers/config';
import { startBackground } from './background';
import { embeddedEnvironment } from './embedded-environment';
import { startWorker } from './worker-process';
import type { WorkerKind, WorkerProcess } from './worker-process';

export interface EmbeddedOptions {
  /** Holds all data and logs. */
  readonly folder: string;
  /** Folders that file:// data sets may be read from. */
  readonly fileRoots: readonly string[];
  /** Folder that model modules may be loaded from. */
  readonly modelFolder: string;
  /** Everything outlives this process, in a process of its own. */
  readonly detached: boolean;
  readonly onProgress?: (text: string) => void;
  /** Ends the workers by force; `stop` then ends the servers. */
  readonly atOnce: AbortSignal;
}

export interface Embedded {
  /** What clients need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Addresses and places, a line each, for people. */
  describe(): string;
  /** Rejects when a worker cannot be kept running any more. */
  readonly failed: Promise<never>;
  /** Ends workers, then servers; detached ones stay. */
  stop(): Promise<void>;
}

/**
 * @throws ServiceFailed, ServiceUnavailable, CommandError when a worker does not start. Whatever was started is then
 *   ended again.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  if (!options.detached) return startAttached(options);
  const services = await startBackground(options);
  return { ...services, failed: new Promise<never>(() => undefined), stop: async () => undefined };
}

async function startAttached({
  folder,
  fileRoots,
  modelFolder,
  atOnce,
  onProgress = () => undefined,
}: EmbeddedOptions): Promise<Embedded> {
  const settings = workerSettings(fileRoots, modelFolder);
  const services = await startServices({ folder, onProgress });
  const environment = { ...embeddedEnvironment(services), ...settings };
  const start = (kind: WorkerKind) =>
    startWorker({ kind, environment, logFile: path.join(services.folder, `${kind}.log`), atOnce, onProgress });
  onProgress('starting the workers');
  const started = await Promise.allSettled([start('tuner'), start('training')]);
  const workers = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await services.stop();
  };
  const failure = started.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  return { environment: services.environment, describe: services.describe, failed: firstFailure(workers), stop };
}

/** Relative to this process; what the user's own environment already allows stays allowed. */
function workerSettings(fileRoots: readonly string[], modelFolder: string): Record<string, string> {
  const roots = [...readClientConfig().fileRoots, ...fileRoots.map((root) => path.resolve(root))];
  return {
    // A list in JSON: a name may hold what separates names elsewhere.
    STEPWELL_FILE_ROOTS: JSON.stringify([...new Set(roots)]),
    STEPWELL_MODEL_FOLDER: path.resolve(modelFolder),
    // The AWS SDK would write into every log that it wants Node 22 from 2027.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

function firstFailure(workers: readonly WorkerProcess[]): Promise<never> {
  const failed = Promise.race(workers.map((worker) => worker.failed));
  failed.catch(() => undefined);
  return failed;
}
