/**
 * A worker as a child process that is kept alive.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { readClientConfig } from '../workers/config';
import { CommandError } from './failure';
import { forkSelf } from './fork-self';
import type { ForkedSelf } from './fork-self';

export type WorkerKind = 'tuner' | 'training';

export interface WorkerOptions {
  readonly kind: WorkerKind;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  readonly onProgress: (text: string) => void;
  /** Ends the worker and its trainers by force. */
  readonly atOnce: AbortSignal;
}

export interface WorkerProcess {
  /** Rejects when the worker has died so often that another start is pointless. */
  readonly failed: Promise<never>;
  /** Ends the worker in order; it writes its checkpoints first. */
  stop(): Promise<void>;
}

/** Beyond the time that a worker allows itself to hand its trials over, before it is ended by force. */
const STOP_MARGIN_SECONDS = 15;

/**
 * Starts in a row that fail, after which another is pointless. Enough to outlast a server that is being started again,
 * too.
 */
const DEATHS_MAX = 5;
const BACKOFF_SECONDS_MAX = 10;

interface Attempt extends ForkedSelf {
  /** Resolves to whether the worker became ready, at that moment or at its end. */
  readonly ready: Promise<boolean>;
}

/**
 * Starts a worker and waits until it takes work; from then on it is started again when it dies.
 * @throws CommandError with its last words.
 */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { kind, environment } = options;
  const { stopSeconds } = readClientConfig(environment);
  let attempt = launch(options);
  let stopping = false;
  if (!(await attempt.ready)) throw workerFailed(kind, attempt, await attempt.ended);
  const keepAlive = async (): Promise<never> => {
    for (let deaths = 0; ;) {
      const what = await attempt.ended;
      if (stopping || options.atOnce.aborted) return new Promise<never>(() => undefined);
      deaths = (await attempt.ready) ? 1 : deaths + 1;
      if (deaths > DEATHS_MAX) throw workerFailed(kind, attempt, what);
      options.onProgress(`the ${kind} worker has ended (${what}) and is started again`);
      await delay(Math.min(2 ** (deaths - 1), BACKOFF_SECONDS_MAX) * 1000);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have been told to stop meanwhile
      if (!stopping) attempt = launch(options);
    }
  };
  const failed = keepAlive();
  failed.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping = true;
    await end(attempt, stopSeconds + STOP_MARGIN_SECONDS);
  };
  return { failed, stop };
}

function launch({ kind, environment, logFile, atOnce }: WorkerOptions): Attempt {
  const forked = forkSelf({ args: ['worker', kind], logFile, environment });
  endGroupAtOnce(forked, atOnce);
  const ready = new Promise<boolean>((resolve) => {
    forked.child.on('message', (message) => {
      if (message === 'ready') resolve(true);
    });
    void forked.ended.then(() => resolve(false));
  });
  return { ...forked, ready };
}

/** The worker's group holds its trainers, too. */
function endGroupAtOnce({ child, ended }: ForkedSelf, atOnce: AbortSignal): void {
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
  };
  if (atOnce.aborted) return kill();
  atOnce.addEventListener('abort', kill, { once: true });
  void ended.then(() => atOnce.removeEventListener('abort', kill));
}

async function end({ child, ended }: Attempt, seconds: number): Promise<void> {
  const killing = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(killing);
}

function workerFailed(kind: WorkerKind, { lastWords, failure }: Attempt, what: string): CommandError {
  return new CommandError(
    `the ${kind} worker could not be kept running (${what}): ${lastWords()}`,
    'environment',
    failure() ?? 'WorkerFailed',
  );
}
