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

it('keeps initial weights that a study refers to', async () => {
  const store = agedStore();
  store.agedHours = 100 * DAY;
  const [used, unused] = await Promise.all(
    ['used', 'unused'].map(async (text) => {
      const ref = { key: `weights/${sha256Of(text)}/weights.safetensors`, sha256: sha256Of(text), bytes: text.length };
      await store.put(ref.key, Buffer.from(text));
      return ref;
    }),
  );
  store.agedHours = 0;
  const initialWeights = { study: 'a', exclude: [], allowMissing: false, weights: used! };
  const study = { ...SAMPLE_STUDY, model: { preset: 'mnist-cnn', initialWeights } };
  await writeOpening(store, { studyId: 'mine', studyRun: 'run', asked: {}, study });
  const options = { olderThanSeconds: 7 * DAY * 3600, dryRun: false, onProgress: () => undefined };
  expect((await collectGarbage(store, options)).items).toMatchObject([
    { folder: `weights/${unused!.sha256}/`, why: 'initial weights that no study refers to' },
  ]);
});
