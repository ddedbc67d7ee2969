/**
 * A worker as a child process that is kept alive.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readClientConfig } from '../workers/config';
import { CommandError } from './failure';
import { failureIn } from './failure-message';
import { mainScript } from './main-script';

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

const LOG_LINES_MAX = 12;

interface Attempt {
  readonly child: ChildProcess;
  /** Resolves to whether the worker became ready, at that moment or at its end. */
  readonly ready: Promise<boolean>;
  /** Resolves to how it ended, in words. */
  readonly ended: Promise<string>;
  /** Type of the error that ended it, if it told. */
  failure(): string | undefined;
  /** What it has written. */
  log(): string;
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

/** In a process group of its own: Ctrl-C reaches the command alone, which then stops its workers in order. */
function launch({ kind, environment, logFile, atOnce }: WorkerOptions): Attempt {
  const log = openSync(logFile, 'a', 0o600);
  const logStart = statSync(logFile).size;
  try {
    const { file, execArgv } = mainScript();
    const child = fork(file, ['worker', kind], {
      execArgv: [...execArgv],
      env: { ...environment },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', ({ message }) => resolve(message));
      // Unlike `exit`, after all that it sent has arrived.
      child.once('close', (code, signal) =>
        resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`),
      );
    });
    endGroupAtOnce(child, ended, atOnce);
    let failure: string | undefined;
    const ready = new Promise<boolean>((resolve) => {
      child.on('message', (message) => {
        if (message === 'ready') resolve(true);
        failure = failureIn(message) ?? failure;
      });
      void ended.then(() => resolve(false));
    });
    return {
      child,
      ready,
      ended,
      failure: () => failure,
      log: () => readFileSync(logFile).subarray(logStart).toString('utf8'),
    };
  } finally {
    closeSync(log);
  }
}

/** The worker's group holds its trainers, too. */
function endGroupAtOnce(child: ChildProcess, ended: Promise<unknown>, atOnce: AbortSignal): void {
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

/** Its own message where it has one, else the end of what it wrote. */
function workerFailed(kind: WorkerKind, { log, failure }: Attempt, what: string): CommandError {
  const text = log().trimEnd();
  const said = text.lastIndexOf('stepwell: ');
  const words =
    said === -1 ? text.split('\n').slice(-LOG_LINES_MAX).join('\n') : text.slice(said + 'stepwell: '.length);
  return new CommandError(
    `the ${kind} worker could not be kept running (${what}): ${words}`,
    'environment',
    failure() ?? 'WorkerFailed',
  );
}
