import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A live trial writes checkpoints into its folder far more often. */
const ABANDONED_MILLISECONDS = 24 * 60 * 60 * 1000;

const SWEEP_MILLISECONDS = 60_000;

/** When this process last swept, in milliseconds of a monotonic clock, by folder. */
const sweptAt = new Map<string, number>();

/**
 * An empty folder for one attempt. What workers that were killed left behind is removed once it is a day old, by a look
 * every minute: one before every trial costs small trials milliseconds.
 */
export async function newScratchFolder(cacheFolder: string): Promise<string> {
  const parent = path.join(cacheFolder, 'scratch');
  const now = performance.now();
  if (now - (sweptAt.get(parent) ?? Number.NEGATIVE_INFINITY) >= SWEEP_MILLISECONDS) {
    sweptAt.set(parent, now);
    await mkdir(parent, { recursive: true });
    await sweep(parent);
  }
  return makeFolder(parent).catch(async () => {
    // Somebody emptied the cache since the last look.
    await mkdir(parent, { recursive: true });
    return makeFolder(parent);
  });
}

const makeFolder = (parent: string): Promise<string> => mkdtemp(path.join(parent, `${process.pid}-`));

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    // Another worker may be at the same clean-up.
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MILLISECONDS)
      await rm(folder, { recursive: true, force: true });
  }
}
