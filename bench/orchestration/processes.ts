/**
 * Workers as processes of their own.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export function startWorker(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return fork(file, [...args], {
    execArgv: ['--import', require.resolve('tsx')],
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

export function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message === 'ready') resolve();
    });
    child.once('exit', (code) => reject(new Error(`worker ended before it was ready [code=${String(code)}]`)));
  });
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
