/**
 * Data sets in local folders. A study names the folder, so only what the operator opened may be read: links are
 * resolved first.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isWithin } from '../../path-within';
import { DatasetInvalid, errorCode } from '../errors';
import type { Source } from './source';

/** Bytes read at a time. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * A folder and the folders in it.
 * @throws DatasetInvalid if it is missing, no folder, or outside the roots, links resolved.
 */
export async function fileSource(uri: string, fileRoots: readonly string[]): Promise<Source> {
  const asked = localPath(uri);
  const roots = await Promise.all(fileRoots.map((root) => realpath(root).catch(() => path.resolve(root))));
  const folder = await resolved(asked, uri, roots);
  if (!(await stat(folder)).isDirectory())
    throw new DatasetInvalid(`dataset.uri must be a folder, got the file ${uri}; name the folder that it is in`);
  const within = (name: string): Promise<string> => resolved(path.join(folder, name), `${uri}/${name}`, roots);
  return {
    uri,
    async list(subfolder = '') {
      return filesIn(subfolder === '' ? folder : await within(subfolder).catch(() => undefined), uri);
    },
    walk: async () => (await walk(folder, '', within, [folder])).sort(),
    bytes: async (name) => (await regularFile(await within(name))).size,
    async *open(name, range) {
      const file = await within(name);
      await regularFile(file);
      try {
        yield* createReadStream(file, {
          highWaterMark: CHUNK_BYTES,
          ...(range && { start: range.from, end: range.from + range.count - 1 }),
        });
      } catch (error) {
        throw explained(error, file);
      }
    },
  };
}

function localPath(uri: string): string {
  if (uri.startsWith('/')) return path.resolve(uri);
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw new DatasetInvalid(`dataset.uri must be file:///absolute/folder, got ${uri}`, { cause });
  }
}

/** The path with its links resolved. Outside the roots nothing is told, not even whether it exists. */
async function resolved(asked: string, uri: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(asked).catch((error: unknown) => {
    throw roots.some((root) => isWithin(asked, root)) ? explained(error, asked) : outside(uri, roots);
  });
  if (!roots.some((root) => isWithin(real, root))) throw outside(uri, roots);
  return real;
}

function outside(uri: string, roots: readonly string[]): DatasetInvalid {
  const allowed = roots.length === 0 ? 'none is allowed' : `allowed are ${roots.join(', ')}`;
  return new DatasetInvalid(
    `dataset.uri must lie in a folder that the worker may read, got ${uri}; ${allowed}: set STEPWELL_FILE_ROOTS where the worker runs, or use s3://`,
  );
}

async function filesIn(folder: string | undefined, uri: string): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOTDIR') return [];
    throw explained(error, uri);
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** @param above Real paths of this folder and those around it: a link to one of them would lead round for ever. */
async function walk(
  folder: string,
  prefix: string,
  within: (name: string) => Promise<string>,
  above: readonly string[],
): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw explained(error, folder);
  });
  const names: string[] = [];
  for (const entry of entries) {
    const name = `${prefix}${entry.name}`;
    const linked = entry.isSymbolicLink() ? await within(name) : undefined;
    const isFolder = linked === undefined ? entry.isDirectory() : (await stat(linked)).isDirectory();
    if (!isFolder) {
      names.push(name);
      continue;
    }
    const inner = linked ?? path.join(folder, entry.name);
    if (above.includes(inner))
      throw new DatasetInvalid(`data set folder holds a link to a folder around it [path=${name}]`);
    for (const found of await walk(inner, `${name}/`, within, [...above, inner])) names.push(found);
  }
  return names;
}

/** A pipe or a device would keep its reader waiting for ever. */
async function regularFile(file: string): Promise<{ readonly size: number }> {
  const found = await stat(file);
  if (!found.isFile()) throw new DatasetInvalid(`data set file must be a regular file [file=${file}]`);
  return found;
}

function explained(error: unknown, file: string): unknown {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new DatasetInvalid(`data set folder or file does not exist [path=${file}]`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new DatasetInvalid(
      `data set folder or file may not be read [path=${file}]; give the worker's user read permission`,
      { cause: error },
    );
  if (code === 'ELOOP') return new DatasetInvalid(`data set path is a loop of links [path=${file}]`, { cause: error });
  return error;
}
