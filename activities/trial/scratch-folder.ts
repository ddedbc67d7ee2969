import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { newOwnedFolder, sweepOwned } from '../owned-folders';

/** A live trial writes checkpoints into its folder far more often. */
const ABANDONED_MILLISECONDS = 24 * 60 * 60 * 1000;

const SWEEP_MILLISECONDS = 60_000;

/** When this process last swept, in milliseconds of a monotonic clock, by folder. */
const sweptAt = new Map<string, number>();

/**
 * An empty folder for one attempt. What this host's killed workers left behind is removed, and any other's once it is a
 * day old, by a look every minute: one before every trial costs small trials milliseconds.
 */
export async function newScratchFolder(cacheFolder: string): Promise<string> {
  const parent = path.join(cacheFolder, 'scratch');
  const now = performance.now();
  await mkdir(parent, { recursive: true });
  if (now - (sweptAt.get(parent) ?? Number.NEGATIVE_INFINITY) >= SWEEP_MILLISECONDS) {
    sweptAt.set(parent, now);
    sweepOwned(parent, '');
    await removeOld(parent);
  }
  return newOwnedFolder(parent, '');
}

async function removeOld(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    // Another worker may be at the same clean-up.
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MILLISECONDS)
      await rm(folder, { recursive: true, force: true });
  }
}
