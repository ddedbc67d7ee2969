/**
 * Everything that a chaos run may hit: real servers with a network in front of them, two training workers and a tuner
 * worker.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { credentialsOf, REGION, startTemporal, startVersitygw } from '../../infra/services';
import type { Server } from '../../infra/services';
import { s3Client } from '../support/s3-client';
import { workerEnvironment } from '../support/studies';
import type { StudyWorld } from '../support/studies';
import { Post } from './post';
import { Proxy } from './proxy';

/**
 * Room for the digits, the checkpoints of a trial or two and what a killed worker leaves; little enough to be filled at
 * once.
 */
const CACHE_MEGABYTES = 128;

/** A server that comes back, and the way to it. */
export interface Target {
  readonly name: string;
  readonly server: Server;
  readonly proxy: Proxy;
  /** Killed and not yet started again. */
  isDown: boolean;
}

export interface Servers {
  readonly folder: string;
  readonly temporal: Target;
  readonly store: Target;
  close(): Promise<void>;
}

/** One round: a bucket, task queues and workers of its own on the servers of the run. */
export interface Arena extends Servers {
  readonly world: StudyWorld;
  readonly tuner: Post;
  readonly training: readonly Post[];
  /** The bucket's objects as files. */
  readonly objects: string;
  /** Whether the caches lie on a disk of their own that can be filled. */
  readonly hasOwnDisks: boolean;
}

export async function startServers(folder: string, onSpawn: (pid: number) => void): Promise<Servers> {
  const options = { folder, onSpawn: ({ pid }: { readonly pid: number }) => onSpawn(pid) };
  const [temporalServer, storeServer] = await Promise.all([startTemporal(options), startVersitygw(options)]);
  const temporal = {
    name: 'the Temporal server',
    server: temporalServer,
    proxy: await Proxy.start(temporalServer.address),
    isDown: false,
  };
  const store = {
    name: 'the S3 server',
    server: storeServer,
    proxy: await Proxy.start(new URL(storeServer.address).host),
    isDown: false,
  };
  return {
    folder,
    temporal,
    store,
    close: async () => {
      await Promise.all([temporal.proxy.close(), store.proxy.close()]);
      await Promise.all([temporalServer.stop(), storeServer.stop()]);
    },
  };
}

/** Workers on a bucket of their own; they reach the servers through the proxies only. */
export async function openArena(servers: Servers, name: string): Promise<Arena & { closeWorkers(): Promise<void> }> {
  const { folder, temporal, store } = servers;
  // The AWS SDK would tell that it wants Node 22 from 2027.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const access = { endpoint: store.server.address, region: REGION, ...credentialsOf(folder) };
  await s3Client(access).send(new CreateBucketCommand({ Bucket: name }));
  const world: StudyWorld = {
    temporalAddress: temporal.server.address,
    bucket: name,
    access,
    taskQueuePrefix: `${name}.`,
    cacheFolder: path.join(folder, 'caches', name),
  };
  const reached = {
    ...world,
    temporalAddress: temporal.proxy.address,
    access: { ...access, endpoint: `http://${store.proxy.address}` },
  };
  const caches = ['tuner', 'training-1', 'training-2'].map((post) => path.join(world.cacheFolder, post));
  const mounted = caches.filter(mountDisk);
  const [tuner, ...training] = caches.map((cacheFolder) => {
    const kind = cacheFolder.endsWith('tuner') ? 'tuner' : 'training';
    return new Post(path.basename(cacheFolder), kind, workerEnvironment({ ...reached, cacheFolder }));
  });
  return {
    ...servers,
    world,
    tuner: tuner!,
    training,
    objects: path.join(folder, 's3', name, 'v1'),
    hasOwnDisks: mounted.length === caches.length,
    closeWorkers: async () => {
      await Promise.all([tuner, ...training].map(async (post) => post?.close()));
      mounted.splice(0).forEach(unmountDisk);
    },
  };
}

/** Only whoever may mount file systems can have one filled. */
function mountDisk(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${CACHE_MEGABYTES}m`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmountDisk(folder: string): void {
  execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' });
}
