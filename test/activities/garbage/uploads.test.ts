import { collectGarbage } from '../../../activities/garbage/collect';
import { trialFolder } from '../../../activities/ledger/manifest';
import type { PendingUpload } from '../../../activities/storage/object-store';
import { agedStore, datasetSha, putTrial, trialHashOf } from './store-world';

const DAY = 24;

test('a garbage collection ends uploads that nobody ended: of trials that it deletes, and any that are older than a week', async () => {
  const store = agedStore();
  const collect = (dryRun: boolean) =>
    collectGarbage(store, { olderThanSeconds: 7 * DAY * 3600, dryRun, onProgress: () => undefined });
  store.agedHours = 100 * DAY;
  await putTrial(store, 0, { finished: false, owner: 3, users: [], leftovers: 0 });
  store.agedHours = 0;
  await putTrial(store, 1, { finished: false, owner: 3, users: [], leftovers: 0 });
  const upload = (key: string, hours: number): PendingUpload => ({
    key,
    id: `${hours}`,
    begunAt: Date.now() - hours * 3_600_000,
  });
  let pending = [
    upload(`${trialFolder(trialHashOf(0))}checkpoints/2`, 0),
    upload(`${trialFolder(trialHashOf(1))}checkpoints/2`, 0),
    upload(`${trialFolder(trialHashOf(1))}checkpoints/1`, 8 * DAY),
    upload(`datasets/${datasetSha(0)}/train-images-00000.u8`, 6 * DAY),
  ];
  store.listUploads = async () => pending;
  store.abandonUploads = async (uploads) => {
    pending = pending.filter((one) => !uploads.includes(one));
  };
  const told = await collect(true);
  expect(pending).toHaveLength(4);
  expect(await collect(false)).toEqual(told);
  expect(told.items.filter(({ why }) => why === 'uploads that nobody ended').map(({ folder }) => folder)).toEqual(
    [trialFolder(trialHashOf(0)), trialFolder(trialHashOf(1))].sort(),
  );
  expect(pending.map(({ id }) => id)).toEqual(['0', `${6 * DAY}`]);
});
