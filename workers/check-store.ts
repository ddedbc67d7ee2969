import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../activities/storage/object-store';

/**
 * Proves that the store takes and gives up an object, so that a wrong bucket or a key without permission is told when a
 * worker starts and not hours later by its first checkpoint.
 *
 * @throws StorageDenied, StorageUnavailable
 */
export async function checkStore(store: ObjectStore): Promise<void> {
  const key = `worker-check/${randomUUID()}`;
  await store.put(key, new Uint8Array([1]), { ifNoneMatch: '*' });
  await store.delete([key]);
}
