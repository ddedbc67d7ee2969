/**
 * Which Temporal server and store a command uses: a cluster that the environment names, services that run in the
 * folder, or embedded ones of its own.
 *
 * @module
 */
import path from 'node:path';
import { findServices, isRunning } from '../infra/services';
import { readRecord } from '../infra/services/record';
import { connectClient } from '../workers/client';
import type { StudyClient } from '../workers/client';
import { readClientConfig } from '../workers/config';
import type { Environment } from '../workers/environment';
import { findBackground } from './background';
import { startEmbedded } from './embedded';
import { embeddedEnvironment } from './embedded-environment';
import type { Embedded, EmbeddedOptions } from './embedded';
import { CommandError } from './failure';

export interface StudyServices {
  readonly client: StudyClient;
  readonly taskQueuePrefix: string;
  /** Folder in which the store keeps objects as plain files; absent where they are elsewhere. */
  readonly storeFolder: string | undefined;
  /** Its workers end with this command. */
  readonly own: boolean;
  /** Nobody else was there when this command started them: what runs was left behind by one that was killed. */
  readonly alone: boolean;
  /** Rejects when the workers of this command cannot be kept running. */
  readonly failed: Promise<never>;
  /** Closes the connection and ends what was started. */
  close(): Promise<void>;
}

/** Whether the environment names a Temporal server: its address, or a profile that holds one. */
export function namesCluster(environment: Environment = process.env): boolean {
  return ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some(
    (name) => (environment[name] ?? '') !== '',
  );
}

/** Connects to the cluster or to the folder's services. @throws CommandError if there is neither. */
export async function connectServices(folder: string): Promise<StudyServices> {
  if (namesCluster()) return connected(process.env, undefined);
  const running = findServices(folder);
  if (running === undefined) {
    const fix = 'start them with stepwell up, or set TEMPORAL_ADDRESS to use a cluster';
    throw new CommandError(`no services run in ${folder}; ${fix}`, 'environment', 'ServerUnreachable');
  }
  return connected(embeddedEnvironment(running), folder);
}

/**
 * Connects to the cluster or to what `stepwell up` keeps running, or else starts workers, and servers where none run,
 * for this command.
 */
export async function connectOrStart(options: EmbeddedOptions): Promise<StudyServices> {
  if (namesCluster()) return connected(process.env, undefined);
  const { folder } = options;
  const detached = options.detached || findBackground(folder) !== undefined;
  // Another `run` may use the servers: this one then brings workers of its own, since the other's end with it.
  const alone = readRecord(path.resolve(folder)).users.length === 0;
  const embedded = await startEmbedded({ ...options, detached });
  try {
    const services = await connected(embeddedEnvironment(embedded), folder);
    return detached ? services : ownServices(services, embedded, alone);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/**
 * What to say of the folder's servers when this process ends without them; undefined where none run or somebody else
 * uses them.
 */
export function leftRunning(folder: string): string | undefined {
  const { servers, users } = readRecord(path.resolve(folder));
  const run = Object.values(servers).some((server) => server.process !== undefined && isRunning(server.process));
  if (!run || users.some(({ pid }) => pid !== process.pid)) return undefined;
  return `servers still run in ${folder}; end them with: stepwell down --folder ${folder}`;
}

function ownServices(services: StudyServices, embedded: Embedded, alone: boolean): StudyServices {
  const close = async (): Promise<void> => {
    await services.close();
    await embedded.stop();
  };
  return { ...services, own: true, alone, failed: embedded.failed, close };
}

async function connected(environment: Environment, folder: string | undefined): Promise<StudyServices> {
  const { taskQueuePrefix } = readClientConfig(environment);
  const client = await connectClient(environment);
  const storeFolder = folder === undefined ? undefined : path.join(path.resolve(folder), 's3');
  const failed = new Promise<never>(() => undefined);
  return { client, taskQueuePrefix, storeFolder, own: false, alone: false, failed, close: () => client.close() };
}
