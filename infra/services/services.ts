/**
 * Temporal and an S3 server for one machine, with all their data in one folder.
 *
 * @module
 */
import path from 'node:path';
import { credentialsOf } from './credentials';
import { ensureServers } from './ensure';
import type { EnsureOptions } from './ensure';
import { ServiceFailed } from './errors';
import { prepareFolder } from './folder';
import { withFolderLock } from './folder-lock';
import { LOOPBACK } from './ports';
import { stopProcess } from './process-end';
import { isRunning } from './programs';
import { addUser, readRecord, recordServer, removeAllUsers, removeUser } from './record';
import type { ServiceKind } from './record';
import { NAMESPACE } from './temporal';
import { BUCKET, objectFolder, REGION } from './versitygw';

export interface ServicesOptions {
  readonly folder: string;
  /** Default: those of the last start where free, else others. */
  readonly ports?: EnsureOptions['ports'];
  /** Told what happens, in words for people; also later, when a server has died and is started again. */
  readonly onProgress?: (text: string) => void;
}

export interface RunningServices {
  readonly folder: string;
  /** What workers and clients need in their environment to use these services, beside none of anybody's settings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly temporalUi: string;
  /** Addresses and places, a line each, for people. */
  describe(): string;
}

export interface Services extends RunningServices {
  /** Ends the servers, unless another process uses them too. */
  stop(): Promise<void>;
}

const WATCH_MILLISECONDS = 1_000;

/**
 * Starts what does not run in the folder, adopts what does (after a crash, say), and starts again what dies while this
 * process lives. The servers outlive this process unless it calls `stop`.
 *
 * @throws ServiceFailed, ServiceUnavailable with the fix.
 */
export async function startServices({
  folder,
  ports = {},
  onProgress = () => undefined,
}: ServicesOptions): Promise<Services> {
  const options = { folder: prepareFolder(folder), ports, onProgress };
  await withFolderLock(options.folder, async () => {
    await ensureServers(options);
    addUser(options.folder);
  });
  const stopWatching = watch(options);
  return {
    ...running(options.folder),
    stop: async () => {
      await stopWatching();
      await withFolderLock(options.folder, async () => {
        if (removeUser(options.folder).length === 0) await stopServers(options.folder);
      });
    },
  };
}

/** The folder's services if they run. */
export function findServices(folder: string): RunningServices | undefined {
  const home = path.resolve(folder);
  const { temporal, versitygw } = readRecord(home).servers;
  const runs = [temporal, versitygw].every((server) => server?.process !== undefined && isRunning(server.process));
  return runs ? running(home) : undefined;
}

/** Ends the folder's servers, whoever uses them. @returns Whether any ran. */
export async function stopServices(folder: string): Promise<boolean> {
  const home = path.resolve(folder);
  if (Object.keys(readRecord(home).servers).length === 0) return false;
  try {
    return await withFolderLock(home, async () => {
      removeAllUsers(home);
      return stopServers(home);
    });
  } catch (error) {
    // No lock and no record can be written, but ending what fills the disk is what helps.
    if (!isDiskFull(error)) throw error;
    return stopServers(home);
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof ServiceFailed && error.reason === 'diskFull';
}

async function stopServers(folder: string): Promise<boolean> {
  const servers = Object.entries(readRecord(folder).servers);
  const stopped = servers.map(async ([kind, { process, ...ports }]) => {
    if (process === undefined || !isRunning(process)) return false;
    await stopProcess(process);
    try {
      recordServer(folder, kind as ServiceKind, ports);
    } catch (error) {
      // The record then names a process that has ended, as after a crash.
      if (!isDiskFull(error)) throw error;
    }
    return true;
  });
  return (await Promise.all(stopped)).includes(true);
}

/**
 * Starts again what has died, at the same ports, for as long as this process is a user.
 * @returns What ends the watch.
 */
function watch({ folder, onProgress }: Required<ServicesOptions>): () => Promise<void> {
  let reviving: Promise<void> | undefined;
  let lastFailure = '';
  const revive = async (): Promise<void> => {
    try {
      await withFolderLock(folder, async () => {
        if (isUser(folder)) await ensureServers({ folder, ports: readRecord(folder).servers, onProgress });
      });
      lastFailure = '';
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      if (failure !== lastFailure) onProgress(failure);
      lastFailure = failure;
    } finally {
      reviving = undefined;
    }
  };
  const timer = setInterval(() => {
    if (reviving !== undefined || findServices(folder) !== undefined || !isUser(folder)) return;
    reviving = revive();
  }, WATCH_MILLISECONDS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await reviving;
  };
}

function isUser(folder: string): boolean {
  return readRecord(folder).users.some(({ pid }) => pid === process.pid);
}

function running(folder: string): RunningServices {
  const { temporal, versitygw } = readRecord(folder).servers;
  const { accessKeyId, secretAccessKey } = credentialsOf(folder);
  const temporalAddress = `${LOOPBACK}:${String(temporal?.port)}`;
  const temporalUi = `http://${LOOPBACK}:${String(temporal?.uiPort)}`;
  const endpoint = `http://${LOOPBACK}:${String(versitygw?.port)}`;
  return {
    folder,
    temporalUi,
    environment: {
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: NAMESPACE,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: REGION,
      STEPWELL_BUCKET: BUCKET,
      // All of this store is its user's.
      STEPWELL_BUCKET_ROOTS: '*',
      // Files that are not there: a user's own hold profiles for other servers.
      TEMPORAL_CONFIG_FILE: path.join(folder, 'temporal.toml'),
      AWS_CONFIG_FILE: path.join(folder, 'aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'aws-credentials'),
    },
    describe: () =>
      [
        `Temporal     ${temporalAddress}, namespace ${NAMESPACE}`,
        `Temporal UI  ${temporalUi}`,
        `S3           ${endpoint}, bucket ${BUCKET}`,
        `objects      ${path.join(objectFolder(folder), BUCKET)}`,
      ].join('\n'),
  };
}
