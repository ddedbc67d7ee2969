/**
 * Workers as processes of their own, as an operator runs them, so that a test can kill one and nothing else.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { compiledFile } from './compiled';

/** Enough to explain a worker that does not start. */
const OUTPUT_CHARACTERS_MAX = 4_000;

export interface WorkerProcess {
  readonly pid: number;
  /** Resolves when the process is gone, however it went. */
  readonly ended: Promise<void>;
  /** Pids of its live trainer processes. */
  trainers(): readonly number[];
  /** Asks it to stop, as a deploy does, and waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts `stepwell worker KIND` and waits until it polls. @throws Error with its last output if it ends before. */
export async function startWorker(
  kind: 'tuner' | 'training',
  environment: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const child = fork(compiledFile('cli/main.js'), ['worker', kind], {
    execArgv: [],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      if (message === 'ready') resolve();
    });
    child.once('exit', (code, signal) =>
      reject(
        new Error(
          `${kind} worker ended before it was ready [code=${String(code)}, signal=${String(signal)}]\n${output}`,
        ),
      ),
    );
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${kind} worker has no pid`);
  return {
    pid,
    ended,
    trainers: () => childrenOf(pid).filter(isTrainer),
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exited;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
    return children
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
  });
}

function isTrainer(pid: number): boolean {
  return /training[\\/]main\.[jt]s/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
}
