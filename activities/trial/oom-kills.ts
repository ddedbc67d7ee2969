import { readFileSync } from 'node:fs';

/**
 * Processes that the kernel has killed for lack of memory since it booted. A SIGKILL while this grew was the OOM
 * killer's; any other SIGKILL was somebody's. 0 where the kernel does not say.
 */
export function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
