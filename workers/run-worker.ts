/**
 * What both kinds of worker share: the connection, versioning, and an orderly end.
 *
 * @module
 */
import { hostname } from 'node:os';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { LogEntry, WorkerOptions } from '@temporalio/worker';
import type { Config } from './config';
import { asServerUnreachable, connectionSettings, transportReason } from './connection';

/**
 * The first of these ends the worker in order, and the SDK gives them back to Node, whose default is to die. Who signals
 * all processes of a service signals its workers twice, by himself and by the command that started them. A second
 * Ctrl-C still ends a worker at once.
 */
const HEARD_ONCE: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGQUIT', 'SIGUSR2'];

export interface WorkerPlan extends Pick<WorkerOptions, 'activities' | 'workflowBundle' | 'workflowsPath' | 'tuner'> {
  readonly kind: 'tuner' | 'training';
  readonly taskQueue: string;
  /** Called when the worker is connected and about to poll. */
  readonly onReady?: () => void;
}

/**
 * Runs a worker until SIGTERM or SIGINT. Running trials are told at once, write a checkpoint and go to another worker.
 *
 * @throws ServerUnreachable naming the address, WorkerRefused if the server does not take this worker.
 */
export async function runWorker(
  { kind, onReady, ...options }: WorkerPlan,
  { deployment, stopSeconds }: Config,
): Promise<void> {
  const { address, namespace, connectionOptions } = connectionSettings();
  Runtime.install({
    logger: new DefaultLogger('INFO', writeLogLine),
    telemetryOptions: { logging: { filter: { core: 'WARN' }, forward: {} } },
  });
  const connection = await NativeConnection.connect(connectionOptions).catch(asServerUnreachable(address));
  try {
    const worker = await Worker.create({
      ...options,
      connection,
      namespace,
      identity: `${kind}@${hostname()}/${process.pid}`,
      // Trials checkpoint as soon as they are told, not after a grace.
      shutdownGraceTime: 0,
      shutdownForceTime: `${stopSeconds} seconds`,
      // What watchers see of a trial is at most this old, and so is the news of its cancellation.
      maxHeartbeatThrottleInterval: '2 seconds',
      ...(deployment && {
        workerDeploymentOptions: {
          version: deployment,
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'PINNED' as const,
        },
      }),
    }).catch(asRefused(namespace, address));
    HEARD_ONCE.forEach((signal) => process.on(signal, hearNoMore));
    onReady?.();
    await worker.run();
  } finally {
    HEARD_ONCE.forEach((signal) => process.off(signal, hearNoMore));
    await connection.close();
  }
}

const hearNoMore = (): void => undefined;

/** The server answers, but not to this worker: no such namespace, no permission. */
export class WorkerRefused extends Error {
  override readonly name = 'WorkerRefused';
}

/** A bundle that cannot be built is a bug and passes as it is; what the server said becomes a sentence. */
function asRefused(namespace: string, address: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error) || error.name !== 'TransportError') throw error;
    throw new WorkerRefused(
      `the Temporal server at ${address} refuses this worker [namespace=${namespace}]: ${transportReason(error)}; check TEMPORAL_NAMESPACE and the credentials`,
      { cause: error },
    );
  };
}

function writeLogLine({ level, message, meta, timestampNanos }: LogEntry): void {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  process.stderr.write(`${JSON.stringify({ time, level, message, ...meta })}\n`);
}
