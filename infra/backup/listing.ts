/**
 * What a back-up holds, by the hash of every file.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

export interface ListedFile {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Listing {
  readonly format: 'stepwell-backup/1';
  readonly files: readonly ListedFile[];
}

export const LISTING = 'backup.json';

/** Folders of objects, and of what S3 knows of them where the file system has no extended attributes. */
const FOLDERS = ['s3', 'object-metadata'];

/** The server's database, and what of it had not been merged when the server ended. Its index file is made anew. */
const DATABASE = /^temporal-.*\.db(-wal)?$/;

/** Names of what a folder of services holds that is worth keeping: no logs, no process records, no credentials. */
export function dataEntries(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => FOLDERS.includes(name) || DATABASE.test(name))
    .sort();
}

/** Every file below these entries, hashed one after the other. */
export async function listFiles(
  folder: string,
  entries: readonly string[],
  onFile: (file: ListedFile) => void,
): Promise<readonly ListedFile[]> {
  const listed: ListedFile[] = [];
  for (const relative of entries.flatMap((entry) => filesBelow(folder, entry))) {
    const file = path.join(folder, relative);
    const listedFile = { path: relative, bytes: lstatSync(file).size, sha256: await hashOf(file) };
    listed.push(listedFile);
    onFile(listedFile);
  }
  return listed;
}

function filesBelow(folder: string, relative: string): readonly string[] {
  const found = lstatSync(path.join(folder, relative));
  if (!found.isDirectory()) return found.isFile() ? [relative] : [];
  return readdirSync(path.join(folder, relative))
    .sort()
    .flatMap((name) => filesBelow(folder, `${relative}/${name}`));
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
