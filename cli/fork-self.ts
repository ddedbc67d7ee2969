/**
 * Another `stepwell` command as a child process, which writes to a log.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { failureIn } from './failure-message';

export interface ForkOptions {
  readonly args: readonly string[];
  /** Appended to. */
  readonly logFile: string;
  /** This process's own unless told. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface ForkedSelf {
  readonly child: ChildProcess;
  /** Resolves to how it ended, in words, after all that it sent has arrived. */
  readonly ended: Promise<string>;
  /** Type of the error that ended it, if it told. */
  failure(): string | undefined;
  /** Its own message where it has one, else the end of what it wrote. */
  lastWords(): string;
}

const LOG_LINES_MAX = 12;

/** In a process group of its own: Ctrl-C reaches this command alone. */
export function forkSelf({ args, logFile, environment = process.env }: ForkOptions): ForkedSelf {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const logStart = statSync(logFile).size;
    const child = fork(path.join(__dirname, `main${path.extname(__filename)}`), [...args], {
      execArgv: execArgv(),
      env: { ...environment },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    let failure: string | undefined;
    child.on('message', (message) => {
      failure = failureIn(message) ?? failure;
    });
    return {
      child,
      ended: endOf(child),
      failure: () => failure,
      lastWords: () => lastWordsIn(readFileSync(logFile).subarray(logStart).toString('utf8')),
    };
  } finally {
    closeSync(log);
  }
}

/** What Node needs to run the command: nothing once it is compiled, tsx where it is sources in a checkout. */
function execArgv(): string[] {
  return path.extname(__filename) === '.ts' ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [];
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    // Unlike `exit`, after all that it sent has arrived.
    child.once('close', (code, signal) => resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  });
}

function lastWordsIn(log: string): string {
  const text = log.trimEnd();
  const said = text.lastIndexOf('stepwell: ');
  return said === -1 ? text.split('\n').slice(-LOG_LINES_MAX).join('\n') : text.slice(said + 'stepwell: '.length);
}
