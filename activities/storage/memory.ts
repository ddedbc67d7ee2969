import { createHash } from 'node:crypto';
import { PreconditionFailed } from './object-store';
import type { ObjectStore, PutCondition, StoredObject } from './object-store';

/**
 * A store in this process, for tests and trials of other parts.
 * Etags are content hashes, as in S3: writing equal bytes again is not seen by `ifMatch`.
 */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, StoredObject & { readonly modifiedAt: number }>();
  return {
    uri: 'memory://',
    put: async (key, bytes, condition) => {
      if (!holds(objects.get(key), condition)) throw new PreconditionFailed(`conditional put lost [key=${key}]`);
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      objects.set(key, { bytes: Uint8Array.from(bytes), etag, modifiedAt: Date.now() });
      return { etag };
    },
    get: async (key, { from, count } = { from: 0, count: Number.POSITIVE_INFINITY }) => {
      const found = objects.get(key);
      return found && { bytes: found.bytes.slice(from, from + count), etag: found.etag };
    },
    head: async (key) => {
      const found = objects.get(key);
      return found && { etag: found.etag, bytes: found.bytes.byteLength };
    },
    list: async (prefix) =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, { bytes, modifiedAt }]) => ({ key, bytes: bytes.byteLength, modifiedAt })),
    copy: async (from, to) => {
      const found = objects.get(from);
      if (found !== undefined) objects.set(to, { ...found, modifiedAt: Date.now() });
      return found !== undefined;
    },
    delete: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}

function holds(present: StoredObject | undefined, condition: PutCondition | undefined): boolean {
  if (condition === undefined) return true;
  return 'ifMatch' in condition ? present?.etag === condition.ifMatch : present === undefined;
}
