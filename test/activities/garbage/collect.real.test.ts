import { collectGarbage } from '../../../activities/garbage/collect';
import { openTrial } from '../../../activities/ledger/open-trial';
import { s3Store } from '../../../activities/storage/s3';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { manifestKey, trialFolder } from '../../../activities/ledger/manifest';
import { freshBucket } from '../../support/services';
import { ownerOf } from '../ledger/trial-support';
import { datasetSha, putDataset, putStudy, putTrial, runOf, studyName, trialHashOf } from './store-world';

const collect = (store: ObjectStore) =>
  collectGarbage(store, { olderThanSeconds: 0, dryRun: false, onProgress: () => undefined });

describe.each(['versitygw', 'minio'] as const)('a garbage collection on %s', (kind) => {
  let store: ObjectStore;
  let outside: ObjectStore;
  beforeAll(async () => {
    const { bucket, access } = await freshBucket(kind);
    store = s3Store({ bucket, prefix: 'team/v1/', access });
    outside = s3Store({ bucket, prefix: '', access });
    await outside.put('team/other.txt', Buffer.from('not ours'));
    await outside.put('team/v10/trials/x/y', Buffer.from('not ours'));
    for (const i of [0, 1]) await putDataset(store, i);
    await putTrial(store, 0, { finished: true, owner: 0, users: [], leftovers: 1 });
    await putTrial(store, 1, { finished: true, owner: 5, users: [], leftovers: 0 });
    await putTrial(store, 2, { finished: true, owner: 5, users: [1], leftovers: 0 });
    await putStudy(store, 0, { ended: true, dataset: 0, decided: [0] });
    await putStudy(store, 1, { ended: false, dataset: 0, decided: [] });
  }, 60_000);

  test('takes what nobody refers to and leaves the rest, and whatever is not below its prefix', async () => {
    const { items, problems } = await collect(store);
    expect(problems).toEqual([]);
    expect(items.map(({ folder, objects }) => [folder, objects]).sort()).toEqual(
      [
        [`datasets/${datasetSha(1)}/`, 2],
        [trialFolder(trialHashOf(0)), 1],
        [trialFolder(trialHashOf(1)), 3],
      ].sort(),
    );
    expect(await outside.list('team/other.txt')).toHaveLength(1);
    expect(await outside.list('team/v10/')).toHaveLength(1);
    expect(await collect(store)).toEqual({ items: [], problems: [] });
  }, 60_000);

  test('loses a trial to a study that finds it in between', async () => {
    await putTrial(store, 3, { finished: true, owner: 5, users: [], leftovers: 0 });
    let found: unknown;
    const racing: ObjectStore = {
      ...store,
      put: async (key, bytes, condition) => {
        // Between the judgement and the takeover: the last moment.
        if (key === manifestKey(trialHashOf(3)) && found === undefined)
          found = await openTrial(store, {
            hash: trialHashOf(3),
            owner: ownerOf({ workflowId: `study/${studyName(1)}`, studyRun: runOf(1) }),
          });
        return store.put(key, bytes, condition);
      },
    };
    expect((await collect(racing)).items).toEqual([]);
    expect(found).toMatchObject({ finished: { reused: true } });
    expect(await store.list(trialFolder(trialHashOf(3)))).toHaveLength(3);
  }, 60_000);
});
