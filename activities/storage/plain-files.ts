import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isWithin } from '../path-within';
import { StorageDenied } from './object-store';
import type { ListedObject, ObjectStore } from './object-store';
import { contentOf } from './pieces';

/**
 * The objects of a store that keeps each as a plain file, as VersityGW does, read without its server. Nothing is written:
 * what beside the bytes belongs to an object only the server knows.
 *
 * @param folder Of the bucket, with the prefix.
 * @param uri The store's own, for people.
 */
export function plainFiles(folder: string, uri: string): ObjectStore {
  const store: ObjectStore = {
    uri,
    get: async (key, range, { onMoved, signal } = {}) => {
      const found = await store.head(key);
      if (found === undefined) return undefined;
      const { from, count } = range ?? { from: 0, count: found.bytes };
      signal?.throwIfAborted();
      const bytes = await stretch(fileOf(folder, key), from, Math.max(0, Math.min(count, found.bytes - from)));
      onMoved?.(bytes.byteLength);
      return { bytes, etag: found.etag };
    },
    getFile: async (key, file, { onMoved, signal } = {}) => {
      if ((await store.head(key)) === undefined) {
        if (file !== null) await rm(file, { force: true });
        return undefined;
      }
      const source = fileOf(folder, key);
      if (file !== null) await pipeline(createReadStream(source), createWriteStream(file), { signal });
      const content = await contentOf(file ?? source, signal);
      onMoved?.(content.bytes);
      return content;
    },
    head: async (key) => {
      if (key === '' || key.endsWith('/')) return undefined;
      const found = await stat(fileOf(folder, key)).catch(absent);
      if (found === undefined || !found.isFile()) return undefined;
      return { etag: `"${found.size}-${found.mtimeMs}"`, bytes: found.size };
    },
    list: async (prefix) => {
      const objects = await objectsBelow(folder, prefix.slice(0, prefix.lastIndexOf('/') + 1));
      return objects.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    listUploads: async () => [],
    put: refuse,
    putFile: refuse,
    copy: refuse,
    delete: refuse,
    abandonUploads: refuse,
  };
  return store;
}

async function refuse(): Promise<never> {
  throw new StorageDenied('the files of a store are only read without its server; start it with: stepwell up');
}

/** @throws StorageDenied for a key that leads elsewhere: what reads a record trusts no key in it. */
function fileOf(folder: string, key: string): string {
  const file = path.join(folder, key);
  if (!isWithin(file, folder)) throw new StorageDenied(`key must stay within the store [key=${key}]`);
  return file;
}

async function stretch(file: string, from: number, count: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** @param place Ends in `/`, or is empty. */
async function objectsBelow(folder: string, place: string): Promise<readonly ListedObject[]> {
  const entries = (await readdir(fileOf(folder, place || '.'), { withFileTypes: true }).catch(absent)) ?? [];
  const objects: ListedObject[] = [];
  for (const entry of entries) {
    const key = `${place}${entry.name}`;
    if (entry.isDirectory()) objects.push(...(await objectsBelow(folder, `${key}/`)));
    else if (entry.isFile()) {
      const { size, mtimeMs } = await stat(fileOf(folder, key));
      objects.push({ key, bytes: size, modifiedAt: mtimeMs });
    }
  }
  return objects;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
