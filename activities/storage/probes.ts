/**
 * What a store can do, found out by trying. What a process that dies meanwhile leaves behind is garbage to be
 * collected.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { PreconditionFailed, StorageDenied } from './object-store';
import type { ObjectStore, PutCondition } from './object-store';

const WORKER_CHECK = 'worker-check/';
const STORE_CHECK = 'store-check/';

/** Below these lie probes, for seconds. */
export const PROBE_PREFIXES: readonly string[] = [WORKER_CHECK, STORE_CHECK];

/**
 * Proves that the store takes and gives up an object, so that a wrong bucket or a key without permission is told when a
 * worker starts and not hours later by its first checkpoint.
 *
 * @throws StorageDenied, StorageUnavailable
 */
export async function checkStore(store: ObjectStore): Promise<void> {
  const key = `${WORKER_CHECK}${randomUUID()}`;
  await store.put(key, new Uint8Array([1]), { ifNoneMatch: '*' });
  await store.delete([key]);
}

/**
 * Whether a store honours the conditions of a put, on which the fencing of trials rests. Some S3-compatible servers
 * take the headers and ignore them, so it is tried: over an object that is there, both conditions must lose.
 *
 * @throws StorageDenied, StorageUnavailable if it does not even take a plain put.
 */
export async function supportsConditionalPut(store: ObjectStore): Promise<boolean> {
  const key = `${STORE_CHECK}${randomUUID()}`;
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
