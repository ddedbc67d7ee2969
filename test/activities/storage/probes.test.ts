import { collectGarbage } from '../../../activities/garbage/collect';
import { memoryStore } from '../../../activities/storage/memory';
import { StorageDenied, StorageUnavailable } from '../../../activities/storage/object-store';
import type { ObjectStore, PutCondition } from '../../../activities/storage/object-store';
import { checkStore } from '../../../activities/storage/probes';

/** A store that ignores the conditions which it does not obey, and counts its requests. */
function storeThat(obeys: (condition: PutCondition) => boolean): ObjectStore & { readonly requests: string[] } {
  const store = memoryStore();
  const requests: string[] = [];
  return {
    ...store,
    requests,
    put: async (key, bytes, condition) => {
      requests.push('put');
      return store.put(key, bytes, condition && obeys(condition) ? condition : undefined);
    },
    delete: async (keys) => {
      requests.push('delete');
      return store.delete(keys);
    },
  };
}

const REFUSAL = /does not obey conditional writes .*; use a store that does, such as VersityGW, MinIO or Amazon S3$/;

test.each<[string, (condition: PutCondition) => boolean]>([
  ['every condition', () => false],
  ['If-None-Match', (condition) => 'ifMatch' in condition],
  ['If-Match', (condition) => 'ifNoneMatch' in condition],
])('a store that ignores %s is refused, by workers and by the garbage collection', async (_, obeys) => {
  const store = storeThat(obeys);
  await expect(checkStore(store)).rejects.toThrow(REFUSAL);
  const options = { olderThanSeconds: 0, dryRun: false, onProgress: () => undefined };
  await expect(collectGarbage(store, options)).rejects.toThrow(REFUSAL);
  expect(await store.list('')).toEqual([]);
});

test('a store that refuses conditions is refused with its reason', async () => {
  const refusing: ObjectStore = {
    ...memoryStore(),
    put: async () => {
      throw new StorageDenied('put was refused: A header you provided implies functionality that is not implemented');
    },
  };
  await expect(checkStore(refusing)).rejects.toMatchObject({
    name: 'StorageDenied',
    message: expect.stringMatching(/apart \(put was refused: A header .* not implemented\); use a store that does/),
  });
});

test('a store is checked once in a process, leaves nothing behind, and is checked again after trouble', async () => {
  const store = storeThat(() => true);
  await Promise.all([checkStore(store), checkStore(store)]);
  await checkStore(store);
  expect(store.requests).toEqual(['put', 'put', 'put', 'delete']);
  expect(await store.list('')).toEqual([]);

  const away = [new StorageUnavailable('connection lost')];
  const memory = memoryStore();
  const flaky: ObjectStore = {
    ...memory,
    put: async (key, bytes, condition) => {
      const trouble = away.pop();
      if (trouble !== undefined) throw trouble;
      return memory.put(key, bytes, condition);
    },
  };
  await expect(checkStore(flaky)).rejects.toThrow('connection lost');
  await checkStore(flaky);
});
