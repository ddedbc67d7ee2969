import { randomUUID } from 'node:crypto';
import { linkSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ServiceFailed } from './errors';
import { readJson, writeJson } from './folder';
import { pause } from './process-end';
import { identify, isRunning } from './programs';
import type { ProcessIdentity } from './programs';

const POLL_MILLISECONDS = 50;

/** A start takes a minute at the very most. */
const WAIT_SECONDS_MAX = 120;

interface Holder extends ProcessIdentity {
  readonly token: string;
}

/**
 * Runs `act` while no other process starts or stops services in the folder; waits for one that does. A dead holder's
 * lock is taken over.
 *
 * @throws ServiceFailed after two minutes, naming the process that holds the lock.
 */
export async function withFolderLock<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const file = path.join(folder, 'services.lock');
  const token = randomUUID();
  const giveUpAt = performance.now() + WAIT_SECONDS_MAX * 1000;
  while (!tryLock(file, token)) {
    const holder = readJson<Holder>(file);
    if (holder !== undefined && isRunning(holder)) {
      if (performance.now() > giveUpAt) throw busy(folder, holder);
      await pause(POLL_MILLISECONDS);
    } else {
      removeStale(file, holder?.token);
    }
  }
  try {
    return await act();
  } finally {
    if (readJson<Holder>(file)?.token === token) rmSync(file, { force: true });
  }
}

/** A hard link appears with its whole content or not at all, and never replaces what is there. */
function tryLock(file: string, token: string): boolean {
  const candidate = `${file}.${token}`;
  const self = identify(process.pid);
  writeJson(candidate, { ...self, token });
  try {
    linkSync(candidate, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Two may find the same stale lock: the slower one must not remove the lock that the faster one has made since. */
function removeStale(file: string, token: string | undefined): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (readJson<Holder>(aside)?.token !== token) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function busy(folder: string, { pid }: Holder): ServiceFailed {
  return new ServiceFailed(
    `another process starts or stops the services in ${folder} [pid=${pid}] and does not finish; end it, or name another folder with --folder`,
    'folderBusy',
  );
}
