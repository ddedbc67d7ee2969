import { sha256Of } from '../../../activities/content-hash';
import { collectGarbage } from '../../../activities/garbage/collect';
import { writeOpening } from '../../../activities/study/opening';
import type { ObjectRef } from '../../../workflows/words/outcome';
import { SAMPLE_STUDY } from '../report/sample-study';
import { agedStore } from './store-world';

/** In hours. */
const DAY = 24;

it('keeps the bundles of model modules that a study refers to, and those that are young', async () => {
  const store = agedStore();
  const bundleOf = async (text: string): Promise<ObjectRef> => {
    const bundle = { key: `models/${sha256Of(text)}/bundle.cjs`, sha256: sha256Of(text), bytes: text.length };
    await store.put(bundle.key, Buffer.from(text));
    return bundle;
  };
  store.agedHours = 100 * DAY;
  const [used, unused] = [await bundleOf('used'), await bundleOf('unused')];
  store.agedHours = 1;
  const young = await bundleOf('young');
  const study = { ...SAMPLE_STUDY, model: { module: 'mine.cjs', bundle: used } };
  await writeOpening(store, { studyId: 'mine', studyRun: 'run', asked: {}, study });
  expect(
    (await collectGarbage(store, { olderThanSeconds: 7 * DAY * 3600, dryRun: false, onProgress: () => undefined }))
      .items,
  ).toEqual([
    {
      folder: `models/${unused.sha256}/`,
      why: 'bundle of a model module that no study refers to',
      objects: 1,
      bytes: 6,
    },
  ]);
  expect(await store.keys()).toEqual([used.key, young.key, 'studies/mine/opening.json'].sort());
});
