import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A trainer notices between two steps that its worker is gone. */
const GRACE_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 100;

/** Processes that have a folder in their environment and do not end by themselves within a few seconds. */
export async function processesOf(folder: string): Promise<readonly number[]> {
  const giveUpAt = performance.now() + GRACE_MILLISECONDS;
  for (;;) {
    const found = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid && hasInEnvironment(pid, folder));
    if (found.length === 0 || performance.now() > giveUpAt) return found;
    await delay(POLL_MILLISECONDS);
  }
}

function hasInEnvironment(pid: number, text: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text);
  } catch {
    // Ended, or somebody else's.
    return false;
  }
}
