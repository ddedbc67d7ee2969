/**
 * Local files as objects: named by a hash in the reference, checked by it when they come back.
 *
 * @module
 */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectRef } from '../../workflows/words/outcome';
import { sha256Of } from '../content-hash';
import type { ObjectStore } from './object-store';

/** Enough of a SHA-256 to tell a trial's few files apart. */
const NAME_CHARACTERS = 16;

/** Puts bytes under a key and refers to them. */
export async function putBytes(store: ObjectStore, key: string, bytes: Uint8Array): Promise<ObjectRef> {
  await store.put(key, bytes);
  return { key, sha256: sha256Of(bytes), bytes: bytes.byteLength };
}

/**
 * Puts a file under a key with its hash in the name, e.g. `…/weights-0123456789abcdef.safetensors`: writers of other
 * bytes cannot touch it.
 */
export async function putNamedFile(store: ObjectStore, folder: string, file: string): Promise<ObjectRef> {
  const bytes = await readFile(file);
  const { name, ext } = path.parse(file);
  return putBytes(store, `${folder}${name}-${sha256Of(bytes).slice(0, NAME_CHARACTERS)}${ext}`, bytes);
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
): Promise<{ readonly prefix: string; readonly keys: readonly string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
  const hashes: string[] = [];
  for (const name of names) hashes.push(`${name} ${sha256Of(await readFile(path.join(folder, name)))}`);
  const prefix = folderName(`${parent}${path.basename(folder)}`, hashes);
  const keys: string[] = [];
  for (const name of names) {
    await store.put(`${prefix}${name}`, await readFile(path.join(folder, name)));
    keys.push(`${prefix}${name}`);
  }
  return { prefix, keys };
}

/** Prefix of a folder by the names and hashes of its files, a line each in the order of names. */
export function folderName(base: string, hashes: readonly string[]): string {
  return `${base}-${sha256Of(hashes.join('\n')).slice(0, NAME_CHARACTERS)}/`;
}

/** An object's bytes if they are those that the reference names; otherwise what is wrong with them. */
export async function getChecked(
  store: ObjectStore,
  { key, sha256, bytes }: ObjectRef,
): Promise<{ readonly bytes: Uint8Array } | { readonly problem: string }> {
  const found = await store.get(key);
  if (found === undefined) return { problem: 'it is not in the store' };
  if (found.bytes.byteLength !== bytes)
    return { problem: `it has ${found.bytes.byteLength} bytes instead of ${bytes}` };
  return sha256Of(found.bytes) === sha256 ? { bytes: found.bytes } : { problem: 'its content has changed' };
}
