import fc from 'fast-check';
import { createStudyActivities } from '../../../activities';
import { isStored } from '../../../activities/datasets/packed/pack';
import { collectGarbage } from '../../../activities/garbage/collect';
import type { Collected } from '../../../activities/garbage/collect';
import { openTrial } from '../../../activities/ledger/open-trial';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { manifestKey, trialFolder } from '../../../activities/ledger/manifest';
import { decisionKey } from '../../../activities/study/decision-record';
import type { ResolvedStudy } from '../../../workflows/words/study';
import { quietEnvironment } from '../../support/activity-environment';
import { folderOf, idxSet } from '../../support/datasets';
import { ownerOf } from '../ledger/trial-support';
import { agedStore, datasetSha, putDataset, putStudy, putTrial, runOf, studyName, trialHashOf } from './store-world';
import type { AgedStore, StudyPlan, TrialPlan } from './store-world';

const DAY = 24;
const OLDER_THAN_HOURS = 7 * DAY;

function collect(store: ObjectStore, { dryRun = false, olderThanHours = OLDER_THAN_HOURS } = {}): Promise<Collected> {
  return collectGarbage(store, { olderThanSeconds: olderThanHours * 3600, dryRun, onProgress: () => undefined });
}

const index = (count: number) => fc.integer({ min: 0, max: count - 1 });
const hours = fc.constantFrom(0, 1, 2 * DAY, 8 * DAY, 400 * DAY);

interface World {
  readonly studies: readonly StudyPlan[];
  readonly trials: readonly (TrialPlan & { readonly age: number })[];
  readonly datasets: readonly number[];
}

const worlds: fc.Arbitrary<World> = fc.record({
  studies: fc.array(
    fc.record({ ended: fc.boolean(), dataset: index(3), decided: fc.uniqueArray(index(5), { maxLength: 3 }) }),
    { maxLength: 3 },
  ),
  trials: fc.array(
    fc.record({
      finished: fc.boolean(),
      owner: index(4),
      users: fc.uniqueArray(index(4), { maxLength: 2 }),
      leftovers: index(3),
      age: hours,
    }),
    { maxLength: 5 },
  ),
  datasets: fc.array(hours, { minLength: 3, maxLength: 3 }),
});

async function build({ studies, trials, datasets }: World): Promise<AgedStore> {
  const store = agedStore();
  for (const [i, age] of datasets.entries()) {
    store.agedHours = age;
    await putDataset(store, i);
  }
  for (const [i, { age, ...trial }] of trials.entries()) {
    store.agedHours = age;
    await putTrial(store, i, trial);
  }
  store.agedHours = 0;
  for (const [i, study] of studies.entries()) await putStudy(store, i, study);
  return store;
}

/** Told in the words of the promise, not of the code. */
function mustStay({ studies, trials, datasets }: World): {
  readonly trials: readonly number[];
  readonly datasets: readonly number[];
} {
  const isOpen = (study: number): boolean => studies[study]?.ended === false;
  const isUsed = ({ owner, users }: TrialPlan): boolean => isOpen(owner) || users.some(isOpen);
  const isNamed = (trial: number): boolean => studies.some(({ decided }) => decided.includes(trial));
  return {
    trials: [...trials.entries()]
      .filter(([i, trial]) => trial.age < OLDER_THAN_HOURS || isUsed(trial) || (trial.finished && isNamed(i)))
      .map(([i]) => i),
    datasets: [...datasets.entries()]
      .filter(([i, age]) => age < OLDER_THAN_HOURS || studies.some(({ dataset }) => dataset === i))
      .map(([i]) => i),
  };
}

describe('a garbage collection', () => {
  it('deletes nothing that a study refers to or that is young, and all the rest', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const store = await build(world);
        await collect(store);
        const keys = await store.keys();
        const stay = mustStay(world);
        const named = (i: number): readonly string[] => [
          manifestKey(trialHashOf(i)),
          `${trialFolder(trialHashOf(i))}checkpoints/1-token.safetensors`,
          ...(world.trials[i]?.finished === true ? [`${trialFolder(trialHashOf(i))}weights-0.safetensors`] : []),
        ];
        expect(stay.trials.flatMap(named).filter((key) => !keys.includes(key))).toEqual([]);
        expect(
          stay.datasets.filter((i) => keys.filter((key) => key.startsWith(`datasets/${datasetSha(i)}/`)).length !== 2),
        ).toEqual([]);
        expect(
          world.studies.map((_, i) => keys.filter((key) => key.startsWith(`studies/${studyName(i)}/`)).length),
        ).toEqual(world.studies.map(({ ended }) => (ended ? 3 : 2)));
        const gone = world.trials.map((_, i) => i).filter((i) => !stay.trials.includes(i));
        expect(gone.filter((i) => keys.some((key) => key.startsWith(trialFolder(trialHashOf(i)))))).toEqual([]);
        expect(
          [0, 1, 2].filter(
            (i) => !stay.datasets.includes(i) && keys.some((key) => key.startsWith(`datasets/${datasetSha(i)}/`)),
          ),
        ).toEqual([]);
        expect(await collect(store)).toEqual({ items: [], problems: [] });
      }),
      { numRuns: 60 },
    );
  });

  it('tells in a dry run exactly what it would delete, and writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const store = await build(world);
        const before = await store.keys();
        const told = await collect(store, { dryRun: true });
        expect(await store.keys()).toEqual(before);
        expect(await collect(store)).toEqual(told);
        const kept = await store.keys();
        expect(told.items.reduce((sum, { objects }) => sum + objects, 0)).toBe(before.length - kept.length);
      }),
      { numRuns: 30 },
    );
  });

  it('takes leftovers of crashes from a finished trial at once, from others only when no upload can be on its way', async () => {
    const store = agedStore();
    await putStudy(store, 0, { ended: false, dataset: 0, decided: [0] });
    await putTrial(store, 0, { finished: true, owner: 0, users: [], leftovers: 2 });
    await putTrial(store, 1, { finished: false, owner: 0, users: [], leftovers: 2 });
    expect(await collect(store, { olderThanHours: 0 })).toMatchObject({
      items: [{ folder: trialFolder(trialHashOf(0)), objects: 2, bytes: 16, why: 'leftovers of crashed attempts' }],
    });
    expect((await store.keys()).filter((key) => key.includes('leftover-'))).toHaveLength(2);
  });

  it('stops before the first deletion where it cannot tell what a study refers to', async () => {
    const store = agedStore();
    await putStudy(store, 0, { ended: true, dataset: 0, decided: [0] });
    store.agedHours = 100 * DAY;
    await putTrial(store, 0, { finished: true, owner: 0, users: [], leftovers: 0 });
    await putTrial(store, 1, { finished: true, owner: 0, users: [], leftovers: 0 });
    const key = decisionKey(studyName(0), 'lr-range-test');
    const record = Buffer.from((await store.get(key))!.bytes).toString();
    await store.put(key, Buffer.from(record.replace('"trials":[', '"trials": [')));
    await expect(collect(store, { dryRun: true })).resolves.toMatchObject({
      items: [{ folder: trialFolder(trialHashOf(1)) }],
    });
    await store.put(key, Buffer.from(record.replace(trialHashOf(0), trialHashOf(9))));
    const before = await store.keys();
    await expect(collect(store)).rejects.toThrow(
      /^nothing was deleted: it cannot be told what study study-0 refers to.*see stepwell verify study-0/,
    );
    expect(await store.keys()).toEqual(before);
  });

  it('leaves a trial alone whose manifest it cannot read, and says so', async () => {
    const store = agedStore();
    store.agedHours = 100 * DAY;
    await store.put(manifestKey(trialHashOf(0)), Buffer.from('{"format":"other"}'));
    const { items, problems } = await collect(store);
    expect([items, problems]).toEqual([[], [expect.stringContaining(manifestKey(trialHashOf(0)))]]);
    expect(await store.keys()).toHaveLength(1);
  });

  it('touches nothing but what it knows', async () => {
    const store = agedStore();
    store.agedHours = 100 * DAY;
    for (const key of ['imports/a.json', 'studies/x/notes.txt', 'store-check/1', 'other'])
      await store.put(key, Buffer.from('x'));
    store.agedHours = 0;
    expect((await collect(store)).items).toEqual([
      { folder: 'store-check/', why: 'probe of a process that died', objects: 1, bytes: 1 },
    ]);
    expect(await store.keys()).toEqual(['imports/a.json', 'other', 'studies/x/notes.txt']);
  });

  it('runs one at a time', async () => {
    const store = agedStore();
    const ends = await Promise.allSettled([collect(store), collect(store)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(collect(store)).resolves.toBeDefined();
  });
});

/** Enough for a study to begin that nothing keeps waiting. */
const PATIENCE_MILLISECONDS = 200;

/** Runs `meanwhile` right before the n-th request of a collection; its own requests do not count. */
async function interrupted(
  store: AgedStore,
  n: number,
  meanwhile: () => Promise<unknown>,
): Promise<{ readonly requests: number }> {
  let requests = 0;
  let running: Promise<unknown> | undefined;
  const counted =
    <A extends readonly unknown[], T>(work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (requests++ === n) {
        running = meanwhile();
        // Not to its end: what waits for the collector must not be waited for.
        await Promise.race([running, new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS))]);
      }
      return work(...args);
    };
  const watched: ObjectStore = {
    ...store,
    put: counted(store.put),
    get: counted(store.get),
    head: counted(store.head),
    list: counted(store.list),
    copy: counted(store.copy),
    delete: counted(store.delete),
  };
  await collect(watched);
  await running;
  return { requests };
}

describe('a study that comes during a garbage collection', () => {
  it('finds a finished trial whole or not at all, whenever it asks', async () => {
    const seen = new Set<string>();
    for (let n = 0, requests = 1; n < requests; n++) {
      const store = agedStore();
      store.agedHours = 100 * DAY;
      const { result } = await putTrial(store, 0, { finished: true, owner: 3, users: [], leftovers: 1 });
      store.agedHours = 0;
      const end = { found: '' };
      ({ requests } = await interrupted(store, n, async () => {
        await putStudy(store, 0, { ended: false, dataset: 0, decided: [] });
        const opened = await openTrial(store, {
          hash: trialHashOf(0),
          owner: ownerOf({ workflowId: `study/${studyName(0)}`, studyRun: runOf(0) }),
        }).catch((error: Error) => error.name);
        end.found = typeof opened === 'string' ? opened : 'finished' in opened ? 'finished' : 'taken';
      }));
      seen.add(end.found);
      const isThere =
        (await store.head(result?.weights?.key ?? '')) !== undefined &&
        (await store.head(manifestKey(trialHashOf(0)))) !== undefined;
      expect({ n, found: end.found, isThere: isThere || end.found !== 'finished' }).toEqual({
        n,
        found: end.found,
        isThere: true,
      });
      // Taken anew, it is a trial like any other: nothing of it may go.
      if (end.found === 'taken') expect(await store.head(manifestKey(trialHashOf(0)))).toBeDefined();
    }
    expect([...seen].sort()).toEqual(['TrialBusy', 'finished', 'taken']);
  });

  it('begins with its data set whole, whenever it pins it', async () => {
    const packed = agedStore();
    const folder = folderOf(idxSet(20, 5));
    const study = {
      name: 'tiny',
      dataset: { format: 'idx', uri: `file://${folder}` },
      model: { preset: 'mnist-cnn' },
      stages: [{ stage: 'finalTrain' }],
    };
    const pin = (store: ObjectStore) =>
      quietEnvironment().run(createStudyActivities({ store, fileRoots: [folder] }).resolveStudy, {
        studyId: 'tiny',
        studyRun: 'run',
        study,
      });
    const { dataset } = (await pin(packed)) as ResolvedStudy;
    const objects = await Promise.all(
      (await packed.list('datasets/')).map(async ({ key }) => ({ key, bytes: (await packed.get(key))!.bytes })),
    );
    for (let n = 0, requests = 1; n < requests; n++) {
      const store = agedStore();
      store.agedHours = 100 * DAY;
      for (const { key, bytes } of objects) await store.put(key, bytes);
      store.agedHours = 0;
      ({ requests } = await interrupted(store, n, () => pin(store)));
      expect({ n, stored: await isStored(store, dataset) }).toEqual({ n, stored: true });
    }
  });
});
