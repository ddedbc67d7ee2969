/**
 * All data of embedded services in one file, and back again.
 *
 * Only while they rest: a database and objects copied at different moments of a running study would fit together only
 * by luck. The folder's lock keeps the servers down meanwhile.
 *
 * @module
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { prepareFolder } from '../services/folder';
import { withFolderLock } from '../services/folder-lock';
import { isRunning } from '../services/programs';
import { readRecord } from '../services/record';
import { BackupFailed } from './errors';
import { clearLeftovers, partPath, replacedPath, scratchPath, stagingPath } from './leftovers';
import { dataEntries, LISTING, listFiles } from './listing';
import type { ListedFile, Listing } from './listing';
import { tar } from './tar';

/** What a back-up came to. */
export interface BackedUp {
  readonly file: string;
  readonly files: number;
  /** Of the data, not of the file. */
  readonly bytes: number;
}

export interface BackupOptions {
  readonly folder: string;
  readonly file: string;
  /** Replace what is there. */
  readonly force: boolean;
  readonly onFile: (done: number, bytes: number) => void;
}

/** Writes a back-up, whole or not at all. @throws BackupFailed, ServiceFailed */
export async function backUp({ folder, file, force, onFile }: BackupOptions): Promise<BackedUp> {
  const home = placeOf(folder);
  clearLeftovers(home, path.resolve(file));
  if (dataEntries(home).length === 0)
    throw new BackupFailed(`there is nothing to back up in ${folder}; name the folder of the services with --folder`);
  if (existsSync(file) && !force)
    throw new BackupFailed(`${file} is there already; name another file, or replace it with --force`);
  return withFolderLock(home, async () => {
    demandRest(home, folder);
    const part = partPath(path.resolve(file));
    const scratch = scratchPath(home);
    try {
      mkdirSync(scratch, { mode: 0o700 });
      const entries = dataEntries(home);
      const files = await listFiles(home, entries, progress(onFile));
      writeFileSync(
        path.join(scratch, LISTING),
        JSON.stringify({ format: 'stepwell-backup/1', files } satisfies Listing),
      );
      // The listing first, so that a file that is no back-up is known at once.
      await tar(['-cf', part, '-C', scratch, LISTING, '-C', home, ...entries]);
      renameSync(part, file);
      return { file: path.resolve(file), ...sumOf(files) };
    } finally {
      rmSync(part, { force: true });
      rmSync(scratch, { recursive: true, force: true });
    }
  });
}

/**
 * Puts a back-up's data in place: all of it, checked by its hashes, or none. What was there before is gone only then.
 * @throws BackupFailed, ServiceFailed
 */
export async function restore({ folder, file, force, onFile }: BackupOptions): Promise<BackedUp> {
  const home = placeOf(folder);
  clearLeftovers(home, path.resolve(file));
  if (!existsSync(file) || !statSync(file).isFile())
    throw new BackupFailed(`back-up ${file} is no file; name one that stepwell backup wrote`);
  if (dataEntries(home).length > 0 && !force)
    throw new BackupFailed(
      `${folder} holds data already; name another folder with --folder, or replace the data with --force`,
    );
  mkdirSync(path.dirname(home), { recursive: true });
  const staging = stagingPath(home);
  try {
    mkdirSync(staging, { mode: 0o700 });
    await tar(['-xf', path.resolve(file), '-C', staging]);
    const files = await checked(staging, file, onFile);
    rmSync(path.join(staging, LISTING));
    prepareFolder(staging);
    await withFolderLock(prepareFolder(home), async () => {
      demandRest(home, folder);
      replace(home, staging);
    });
    return { file: path.resolve(file), ...sumOf(files) };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Where a folder really is: a link to it is not what is to be replaced. */
function placeOf(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : path.resolve(folder);
}

function demandRest(home: string, folder: string): void {
  const { servers, users } = readRecord(home);
  const runs =
    users.length > 0 ||
    Object.values(servers).some((server) => server.process !== undefined && isRunning(server.process));
  if (runs)
    throw new BackupFailed(
      `services run in ${folder}, and their data changes; end them first with: stepwell down --folder ${folder}`,
    );
}

/** @throws BackupFailed naming what is not as it was backed up. */
async function checked(staging: string, file: string, onFile: BackupOptions['onFile']): Promise<readonly ListedFile[]> {
  const listing = listingIn(staging);
  if (listing?.format !== 'stepwell-backup/1')
    throw new BackupFailed(`${file} is no back-up that stepwell backup wrote`);
  const found = new Map(
    (await listFiles(staging, dataEntries(staging), progress(onFile))).map((one) => [one.path, one]),
  );
  const wrong = listing.files.filter(({ path: name, sha256 }) => found.get(name)?.sha256 !== sha256);
  const more = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
  if (wrong.length > 0)
    throw new BackupFailed(
      `back-up ${file} is damaged, and nothing was restored: ${String(wrong[0]?.path)}${more} not as backed up`,
    );
  return listing.files;
}

function listingIn(staging: string): Listing | undefined {
  try {
    return JSON.parse(readFileSync(path.join(staging, LISTING), 'utf8')) as Listing;
  } catch {
    return undefined;
  }
}

/**
 * Two renames; between them the old data is beside the folder, from where it comes back if the second fails, or by the
 * next back-up or restore if this process dies.
 */
function replace(home: string, staging: string): void {
  const old = replacedPath(staging);
  renameSync(home, old);
  try {
    renameSync(staging, home);
  } catch (error) {
    renameSync(old, home);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function progress(onFile: BackupOptions['onFile']): (file: ListedFile) => void {
  let [done, sum] = [0, 0];
  return ({ bytes }) => {
    done += 1;
    sum += bytes;
    onFile(done, sum);
  };
}

function sumOf(files: readonly ListedFile[]): { readonly files: number; readonly bytes: number } {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
