/**
 * The size of the cache of packed data sets: the least used ones are forgotten, never one in use.
 *
 * @module
 */
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

/** The file of a data set whose time says when it was last used, by whichever process. */
const USED = 'manifest.json';
const USE_NOTED_EVERY_MILLISECONDS = 60_000;
/** Several notes may be late before a data set passes for unused. */
const IN_USE_MILLISECONDS = 10 * USE_NOTED_EVERY_MILLISECONDS;

/** Notes the use of a data set's folder until it is told otherwise. @returns Ends the use. */
export function holdDataset(folder: string): () => void {
  const note = (): void => {
    const now = new Date();
    // A folder that somebody removed is fetched again by the next trial.
    utimes(path.join(folder, USED), now, now).catch(() => undefined);
  };
  note();
  const timer = setInterval(note, USE_NOTED_EVERY_MILLISECONDS).unref();
  return () => {
    clearInterval(timer);
    note();
  };
}

/**
 * Removes data sets, the least used first, until the others have at most `bytesMax` together; those in use stay even
 * above it, and so does what another process is fetching.
 */
export async function forgetLeastUsed(cache: string, bytesMax: number): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  const found = (await Promise.all(names.map((name) => measured(path.join(cache, name))))).filter(
    (one) => one !== undefined,
  );
  let bytes = found.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of found.sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= bytesMax || Date.now() - one.usedAt < IN_USE_MILLISECONDS) return;
    await rm(one.folder, { recursive: true, force: true });
    bytes -= one.bytes;
  }
}

interface Measured {
  readonly folder: string;
  readonly bytes: number;
  readonly usedAt: number;
}

async function measured(folder: string): Promise<Measured | undefined> {
  try {
    const files = await readdir(folder);
    const stats = await Promise.all(files.map((file) => stat(path.join(folder, file))));
    const used = stats[files.indexOf(USED)] ?? (await stat(folder));
    return { folder, bytes: stats.reduce((sum, { size }) => sum + size, 0), usedAt: used.mtimeMs };
  } catch {
    // Another process is at the same clean-up, or at a download.
    return undefined;
  }
}
