import { memoryStore } from '../../../activities/storage/memory';
import { StorageUnavailable } from '../../../activities/storage/object-store';
import type { ObjectStore } from '../../../activities/storage/object-store';

type Operation = 'put' | 'get' | 'list' | 'delete';

/** `unavailable`: fails and does nothing; `lost`: does it, but its answer never comes. */
export interface Fault {
  readonly operation: Operation;
  /** Part of the key. */
  readonly key: string;
  readonly fault: 'unavailable' | 'lost';
  /** How many operations it strikes; for ever if left out. */
  readonly times?: number;
}

export interface FaultyStore extends ObjectStore {
  /** Faults to come, struck in order of this list. */
  readonly faults: Fault[];
}

/** A store in memory that fails when told. */
export function faultyStore(): FaultyStore {
  const store = memoryStore();
  const faults: Fault[] = [];
  const struck = async <T>(operation: Operation, key: string, work: () => Promise<T>): Promise<T> => {
    const at = faults.findIndex((fault) => fault.operation === operation && key.includes(fault.key));
    const found = faults[at];
    if (found === undefined) return work();
    if (found.times === 1) faults.splice(at, 1);
    else if (found.times !== undefined) faults[at] = { ...found, times: found.times - 1 };
    if (found.fault === 'lost') await work();
    throw new StorageUnavailable(`${operation} failed [key=${key}]: told so`);
  };
  return {
    ...store,
    faults,
    put: (key, bytes, condition) => struck('put', key, () => store.put(key, bytes, condition)),
    get: (key) => struck('get', key, () => store.get(key)),
    putFile: (key, source, options) => struck('put', key, () => store.putFile(key, source, options)),
    getFile: (key, file, options) => struck('get', key, () => store.getFile(key, file, options)),
    list: (prefix) => struck('list', prefix, () => store.list(prefix)),
    delete: (keys) => struck('delete', keys.join(), () => store.delete(keys)),
  };
}
