import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { newOwnedFolder } from '../owned-folders';

/** A live trial writes checkpoints into its folder far more often. */
const ABANDONED_MILLISECONDS = 24 * 60 * 60 * 1000;

/** An empty folder for one attempt. What this host's killed workers left behind is removed, and any other's once it
 * is a day old. */
export async function newScratchFolder(cacheFolder: string): Promise<string> {
  const parent = path.join(cacheFolder, 'scratch');
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    // Another worker may be at the same clean-up.
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MILLISECONDS)
      await rm(folder, { recursive: true, force: true });
  }
  return newOwnedFolder(parent, '');
}
