/**
 * Local files as objects: named by a hash in the reference, checked by it when they come back.
 *
 * @module
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectRef } from '../../workflows/words/outcome';
import { sha256Of } from '../content-hash';
import type { ContentRef, ObjectStore, TransferOptions } from './object-store';
import { contentOf } from './pieces';

/** Enough of a SHA-256 to tell a trial's few files apart. */
const NAME_CHARACTERS = 16;

/**
 * Puts a file under a key with its hash in the name, e.g. `…/weights-0123456789abcdef.safetensors`: writers of other
 * bytes cannot touch it.
 */
export async function putNamedFile(
  store: ObjectStore,
  folder: string,
  file: string,
  options: TransferOptions = {},
): Promise<ObjectRef> {
  const { sha256 } = await contentOf(file, options.signal);
  const { name, ext } = path.parse(file);
  return store.putFile(`${folder}${name}-${sha256.slice(0, NAME_CHARACTERS)}${ext}`, file, { ...options, sha256 });
}

/**
 * Puts a folder with all below it under a prefix with its content's hash in the name, e.g. `…/model-0123456789abcdef/`.
 *
 * @returns The prefix and the keys.
 */
export async function putNamedFolder(
  store: ObjectStore,
  parent: string,
  folder: string,
  options: TransferOptions = {},
): Promise<{ readonly prefix: string; readonly keys: readonly string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
  const hashes = new Map<string, string>();
  for (const name of names) hashes.set(name, (await contentOf(path.join(folder, name), options.signal)).sha256);
  const prefix = folderName(
    `${parent}${path.basename(folder)}`,
    [...hashes].map(([name, sha256]) => `${name} ${sha256}`),
  );
  for (const [name, sha256] of hashes)
    await store.putFile(`${prefix}${name}`, path.join(folder, name), { ...options, sha256 });
  return { prefix, keys: names.map((name) => `${prefix}${name}`) };
}

/** Prefix of a folder by the names and hashes of its files, a line each in the order of names. */
export function folderName(base: string, hashes: readonly string[]): string {
  return `${base}-${sha256Of(hashes.join('\n')).slice(0, NAME_CHARACTERS)}/`;
}

/** What is wrong with the object that was read as `found`, if it is not the one that the reference names. */
export function problemOf(found: ContentRef | undefined, { sha256, bytes }: ObjectRef): string | undefined {
  if (found === undefined) return 'it is not in the store';
  if (found.bytes !== bytes) return `it has ${found.bytes} bytes instead of ${bytes}`;
  return found.sha256 === sha256 ? undefined : 'its content has changed';
}
