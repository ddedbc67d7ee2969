import path from 'node:path';
import { ServiceFailed } from './errors';
import { cannotHold } from './folder';
import { acquireProcessLock } from './programs';

const POLL_MILLISECONDS = 50;

/** A start takes a minute at the very most. */
const WAIT_SECONDS_MAX = 120;

/**
 * Runs `act` while no other process starts or stops services in the folder; waits for one that does. A dead holder's
 * lock is taken over.
 *
 * @throws ServiceFailed after two minutes, naming the process that holds the lock; and where the folder takes no file.
 */
export async function withFolderLock<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + WAIT_SECONDS_MAX * 1000;
  const release = await acquireProcessLock(path.join(folder, 'services.lock'), {
    pollMs: POLL_MILLISECONDS,
    onBusy: ({ pid }) => {
      if (performance.now() > giveUpAt) throw busy(folder, pid);
    },
  }).catch((error: unknown) => {
    throw error instanceof ServiceFailed ? error : cannotHold(folder, error);
  });
  try {
    return await act();
  } finally {
    release();
  }
}

function busy(folder: string, pid: number): ServiceFailed {
  return new ServiceFailed(
    `another process starts or stops the services in ${folder} [pid=${pid}] and does not finish; end it, or name another folder with --folder`,
    'folderBusy',
  );
}
