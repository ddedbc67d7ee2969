/**
 * A server as a process: started apart from its parent, watched until it answers, ended by its own pid.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import { explainLog, ServiceFailed } from './errors';
import { killProcess, pause, stopProcess } from './process-end';
import { identify, isRunning } from './programs';
import type { ProcessIdentity } from './programs';

export interface ServerPlan {
  /** For people. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly logFile: string;
  /** Host and port, or URL: what clients connect to. */
  readonly address: string;
  isHealthy(): Promise<boolean>;
  /** Called as soon as the process exists, so that its pid outlives this one. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

/** A cold server on a busy machine takes seconds; this one is broken. */
const START_SECONDS_MAX = 60;
const POLL_MILLISECONDS = 50;
const LOG_LINES_MAX = 12;
const ANSWER_MILLISECONDS_MAX = 2_000;

/** Less is no room for even an empty database. */
const FREE_BYTES_MIN = 1_000_000;

/** A running server, started here or found running. */
export class Server {
  constructor(
    readonly plan: ServerPlan,
    private identity: ProcessIdentity,
  ) {}

  get pid(): number {
    return this.identity.pid;
  }

  get address(): string {
    return this.plan.address;
  }

  isRunning(): boolean {
    return isRunning(this.identity);
  }

  /** Ends it in order, or by force where it does not end. */
  async stop(): Promise<void> {
    await stopProcess(this.identity);
  }

  /** Ends it as a crash does, for tests. */
  async kill(): Promise<void> {
    await killProcess(this.identity);
  }

  /** Starts it again at the same address with the same data. */
  async restart(): Promise<void> {
    await this.stop();
    this.identity = await launch(this.plan);
  }
}

/**
 * Starts a server and waits until it answers.
 * @throws ServiceFailed with the reason, the fix and the end of its log.
 */
export async function startServer(plan: ServerPlan): Promise<Server> {
  return new Server(plan, await launch(plan));
}

async function launch(plan: ServerPlan): Promise<ProcessIdentity> {
  const logStart = existsSync(plan.logFile) ? statSync(plan.logFile).size : 0;
  const child = spawnApart(plan);
  const end = endOf(child);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw ended(plan, await end, logStart);
  plan.onSpawn?.(identity);
  const giveUpAt = performance.now() + START_SECONDS_MAX * 1000;
  while (performance.now() < giveUpAt) {
    const answer = await Promise.race([end, plan.isHealthy()]);
    if (typeof answer === 'string') throw ended(plan, answer, logStart);
    // If another program took the port, it is that program that answers, and ours has ended or does so now.
    if (answer && isRunning(identity)) return identity;
    await pause(POLL_MILLISECONDS);
  }
  await killProcess(identity);
  throw new ServiceFailed(
    `${plan.name} gave no answer at ${plan.address} within ${START_SECONDS_MAX} s and was ended${tail(plan.logFile, logStart)}`,
    'noAnswer',
  );
}

/** How a process ended, in words, once it has. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  });
}

/**
 * In a process group of its own, so that Ctrl-C in the terminal reaches the parent only, which then ends things in
 * order.
 */
function spawnApart({ program, args, environment, folder, logFile }: ServerPlan): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...surroundings(folder), ...environment },
      stdio: ['ignore', log, log],
      detached: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** What a server sees of this process's environment: no settings or credentials that are meant for somebody else. */
export function surroundings(folder: string): Record<string, string> {
  const kept = ['PATH', 'TMPDIR', 'USER', 'LANG', 'TZ'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), HOME: folder, XDG_CONFIG_HOME: path.join(folder, 'config') };
}

function ended({ name, address, folder, logFile }: ServerPlan, what: string, logStart: number): ServiceFailed {
  const log = tail(logFile, logStart);
  // On a full disk there is no room for the words that would say so.
  const { reason, cause, fix } = explainLog(isFull(folder) ? `${log} no space left on device` : log) ?? {
    reason: 'ended' as const,
    cause: 'nothing that it wrote tells why',
    fix: `its log is ${logFile}`,
  };
  return new ServiceFailed(
    `${name} ended at its start: ${cause} [${what}, address=${address}, folder=${folder}]; ${fix}${log}`,
    reason,
  );
}

/** Some file systems keep no count of their blocks. */
function isFull(folder: string): boolean {
  const { blocks, bavail, bsize } = statfsSync(folder);
  return blocks > 0 && bavail * bsize < FREE_BYTES_MIN;
}

/** The last lines that the server wrote since it was started, each on a line of its own; empty where it wrote none. */
function tail(logFile: string, start: number): string {
  const text = readFileSync(logFile).subarray(start).toString('utf8');
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-LOG_LINES_MAX);
  return ['', ...lines].join('\n  | ');
}

/** Whether a GET of the URL is answered with success; no connection is left open. */
export function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: ANSWER_MILLISECONDS_MAX }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode === 200));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
