import { spawn } from 'node:child_process';

export interface Watchdog {
  /** Names one more process that must not outlive this one. */
  guard(pid: number): void;
  /** Calls it off. */
  dismiss(): void;
}

/** Reads pids until its input ends, as it does when the writer is gone, however that went. */
const SCRIPT = 'while read -r pid; do pids="$pids $pid"; done; kill -9 $pids; rm -rf "$1"';

/**
 * A process that ends the servers and removes their folder if this process dies without doing so, by Ctrl-C or SIGKILL
 * say.
 */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn('sh', ['-c', SCRIPT, 'watchdog', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return {
    guard: (pid) => {
      child.stdin.write(`${pid}\n`);
    },
    dismiss: () => {
      child.kill('SIGKILL');
      child.stdin.destroy();
    },
  };
}
