/**
 * What a store can do, found out by trying. What a process that dies meanwhile leaves behind is garbage to be
 * collected.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { PreconditionFailed, StorageDenied } from './object-store';
import type { ObjectStore, PutCondition } from './object-store';

const STORE_CHECK = 'store-check/';

/** Below these lie probes, for seconds. */
export const PROBE_PREFIXES: readonly string[] = [STORE_CHECK];

/** Stores that this process has checked or is checking. */
const checked = new WeakMap<ObjectStore, Promise<void>>();

/**
 * Proves, once in a process for each store, that it takes and gives up an object and obeys conditional writes: a wrong
 * bucket, a key without permission, and a store on which two attempts would overwrite each other's trials are told when
 * a process starts, not hours later.
 *
 * @throws StorageDenied if it does not obey them, StorageRefused, StorageUnavailable
 */
export function checkStore(store: ObjectStore): Promise<void> {
  const known = checked.get(store);
  if (known !== undefined) return known;
  const checking = check(store).catch((error: unknown) => {
    // Somebody may mend it by the next time.
    checked.delete(store);
    throw error;
  });
  checked.set(store, checking);
  return checking;
}

/** Some S3-compatible servers take the headers of conditions and ignore them, so it is tried. */
async function check(store: ObjectStore): Promise<void> {
  const key = `${STORE_CHECK}${randomUUID()}`;
  const isNew = await wins(store, key, { ifNoneMatch: '*' });
  const isTaken = await wins(store, key, { ifNoneMatch: '*' });
  const isOther = await wins(store, key, { ifMatch: '"00000000000000000000000000000000"' });
  await store.delete([key]);
  if (!isNew || isTaken || isOther) throw unfit(store);
}

async function wins(store: ObjectStore, key: string, condition: PutCondition): Promise<boolean> {
  try {
    await store.put(key, Buffer.from(key), condition);
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error instanceof StorageDenied ? unfit(store, error) : error;
  }
}

function unfit(store: ObjectStore, cause?: StorageDenied): StorageDenied {
  const said = cause === undefined ? '' : ` (${cause.message})`;
  return new StorageDenied(
    `${store.uri} does not obey conditional writes (If-None-Match, If-Match), which keep two attempts at one trial apart${said}; use a store that does, such as VersityGW, MinIO or Amazon S3`,
    { cause },
  );
}
