import { isRunning } from './programs';
import type { ProcessIdentity } from './programs';

const POLL_MILLISECONDS = 25;

/** A server that has not ended this long after SIGTERM never will. */
const STOP_SECONDS_MAX = 10;

/** Ends a process by SIGTERM, and by SIGKILL if it takes longer than `seconds`; resolves when it is gone. */
export async function stopProcess(identity: ProcessIdentity, seconds = STOP_SECONDS_MAX): Promise<void> {
  signal(identity, 'SIGTERM');
  if (!(await waitForEnd(identity, seconds))) await killProcess(identity);
}

/** Ends a process by SIGKILL; resolves when it is gone. */
export async function killProcess(identity: ProcessIdentity): Promise<void> {
  signal(identity, 'SIGKILL');
  if (!(await waitForEnd(identity, STOP_SECONDS_MAX)))
    throw new Error(`process ${identity.pid} does not end, not even by SIGKILL`);
}

/** @returns Whether it ended in time. */
async function waitForEnd(identity: ProcessIdentity, seconds: number): Promise<boolean> {
  const giveUpAt = performance.now() + seconds * 1000;
  while (isRunning(identity)) {
    if (performance.now() > giveUpAt) return false;
    await pause(POLL_MILLISECONDS);
  }
  return true;
}

/** The identity is checked first: a pid may have gone to somebody else's process. */
function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
