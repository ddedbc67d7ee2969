import { randomUUID } from 'node:crypto';
import { PreconditionFailed, StorageDenied } from './object-store';
import type { ObjectStore, PutCondition } from './object-store';

/**
 * Whether a store honours the conditions of a put, on which the fencing of trials rests. Some S3-compatible servers
 * take the headers and ignore them, so it is tried: over an object that is there, both conditions must lose.
 *
 * @throws StorageDenied, StorageUnavailable if it does not even take a plain put.
 */
export async function supportsConditionalPut(store: ObjectStore): Promise<boolean> {
  const key = `store-check/${randomUUID()}`;
  const bytes = Buffer.from(key);
  await store.put(key, bytes);
  try {
    return (
      (await loses(store, key, { ifNoneMatch: '*' })) &&
      (await loses(store, key, { ifMatch: '"00000000000000000000000000000000"' }))
    );
  } finally {
    await store.delete([key]);
  }
}

async function loses(store: ObjectStore, key: string, condition: PutCondition): Promise<boolean> {
  try {
    await store.put(key, Buffer.from('changed'), condition);
    return false;
  } catch (error) {
    if (error instanceof PreconditionFailed) return true;
    // Plain puts are taken: this one is refused for its condition.
    if (error instanceof StorageDenied) return false;
    throw error;
  }
}
