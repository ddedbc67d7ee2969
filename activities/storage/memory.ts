import { createHash } from 'node:crypto';
import { PreconditionFailed } from './object-store';
import type { ObjectStore, PutCondition, StoredObject } from './object-store';

/**
 * A store in this process, for tests and trials of other parts.
 * Etags are content hashes, as in S3: writing equal bytes again is not seen by `ifMatch`.
 */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  return {
    uri: 'memory://',
    put: async (key, bytes, condition) => {
      if (!holds(objects.get(key), condition)) throw new PreconditionFailed(`conditional put lost [key=${key}]`);
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      objects.set(key, { bytes: Uint8Array.from(bytes), etag });
      return { etag };
    },
    get: async (key) => {
      const found = objects.get(key);
      return found && { bytes: Uint8Array.from(found.bytes), etag: found.etag };
    },
    head: async (key) => {
      const found = objects.get(key);
      return found && { etag: found.etag, bytes: found.bytes.byteLength };
    },
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort()
      .map((key) => ({ key, bytes: objects.get(key)?.bytes.byteLength ?? 0 })),
    delete: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}

function holds(present: StoredObject | undefined, condition: PutCondition | undefined): boolean {
  if (condition === undefined) return true;
  return 'ifMatch' in condition ? present?.etag === condition.ifMatch : present === undefined;
}
