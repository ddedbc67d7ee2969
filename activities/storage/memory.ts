import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { sha256Of } from '../content-hash';
import { PreconditionFailed } from './object-store';
import type { ObjectStore, PutCondition, StoredObject } from './object-store';

/**
 * A store in this process, for tests and trials of other parts.
 * Etags are content hashes, as in S3: writing equal bytes again is not seen by `ifMatch`.
 */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, StoredObject & { readonly modifiedAt: number }>();
  const store: ObjectStore = {
    uri: 'memory://',
    put: async (key, bytes, condition) => {
      if (!holds(objects.get(key), condition)) throw new PreconditionFailed(`conditional put lost [key=${key}]`);
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      objects.set(key, { bytes: Uint8Array.from(bytes), etag, modifiedAt: Date.now() });
      return { etag };
    },
    get: async (key, { from, count } = { from: 0, count: Number.POSITIVE_INFINITY }, { onMoved, signal } = {}) => {
      signal?.throwIfAborted();
      const found = objects.get(key);
      if (found === undefined) return undefined;
      const bytes = found.bytes.slice(from, from + count);
      onMoved?.(bytes.byteLength);
      return { bytes, etag: found.etag };
    },
    putFile: async (key, source, { onMoved, signal } = {}) => {
      signal?.throwIfAborted();
      const bytes = typeof source === 'string' ? await readFile(source) : source;
      await store.put(key, bytes);
      onMoved?.(bytes.byteLength);
      return { key, sha256: sha256Of(bytes), bytes: bytes.byteLength };
    },
    getFile: async (key, file, { onMoved, signal } = {}) => {
      signal?.throwIfAborted();
      const found = await store.get(key);
      if (found === undefined) {
        if (file !== null) await rm(file, { force: true });
        return undefined;
      }
      if (file !== null) await writeFile(file, found.bytes);
      onMoved?.(found.bytes.byteLength);
      return { sha256: sha256Of(found.bytes), bytes: found.bytes.byteLength };
    },
    listUploads: async () => [],
    abandonUploads: async () => undefined,
    head: async (key) => {
      const found = objects.get(key);
      return found && { etag: found.etag, bytes: found.bytes.byteLength };
    },
    list: async (prefix) =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, { bytes, modifiedAt }]) => ({ key, bytes: bytes.byteLength, modifiedAt })),
    copy: async (from, to, { onMoved, signal } = {}) => {
      signal?.throwIfAborted();
      const found = objects.get(from);
      if (found === undefined) return false;
      objects.set(to, { ...found, modifiedAt: Date.now() });
      onMoved?.(found.bytes.byteLength);
      return true;
    },
    delete: async (keys) => keys.forEach((key) => objects.delete(key)),
  };
  return store;
}

function holds(present: StoredObject | undefined, condition: PutCondition | undefined): boolean {
  if (condition === undefined) return true;
  return 'ifMatch' in condition ? present?.etag === condition.ifMatch : present === undefined;
}
