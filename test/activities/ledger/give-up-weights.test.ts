import { rmSync } from 'node:fs';
import { judge } from '../../../activities/garbage/judge';
import { giveUpWeights } from '../../../activities/ledger/give-up-weights';
import { manifestKey, trialFolder } from '../../../activities/ledger/manifest';
import type { TrialOwner } from '../../../activities/ledger/manifest';
import { openTrial } from '../../../activities/ledger/open-trial';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { ObjectChecks } from '../../../activities/verify/object-checks';
import { verifyTrial } from '../../../activities/verify/verify-trial';
import { sampleStudy } from '../report/sample-study';
import { folder, HASH, keysOf, localFile, manifestOf, ownerOf, resultOf, take } from './trial-support';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BY = { workflowId: 'study/digits', studyRun: 'run' };
const OTHER = { workflowId: 'study/other', studyRun: 'other-run', activityId: 'sweep/000' };

/** @returns A store with a finished trial of the study, and the key of its weights. */
async function trained(): Promise<{ readonly store: ObjectStore; readonly weights: string }> {
  const store = memoryStore();
  const ledger = await take(store, { studyRun: 'run' });
  const files = { weightsPath: localFile('weights.safetensors', 'weights'), modelFolder: null };
  const { weights } = await ledger.finish(resultOf(), files);
  return { store, weights: weights!.key };
}

const find = (store: ObjectStore, owner: Partial<TrialOwner>): ReturnType<typeof openTrial> =>
  openTrial(store, { hash: HASH, owner: ownerOf(owner) });

async function damageOf(store: ObjectStore): Promise<readonly string[]> {
  const checks = new ObjectChecks(store, () => undefined);
  const summary = sampleStudy().decisions.at(-1)!.trials[0]!;
  await verifyTrial(checks, { ...summary, status: 'completed', hash: HASH });
  return checks.result().damage.map(({ key }) => key);
}

it('weights that are given up leave the result, which is whole to verify and offers them to nobody', async () => {
  const { store } = await trained();
  const { result } = await manifestOf(store);
  await giveUpWeights(store, HASH, BY);
  expect(await keysOf(store)).toEqual([manifestKey(HASH)]);
  expect((await manifestOf(store)).result).toEqual(result);
  expect(await damageOf(store)).toEqual([]);
  expect(await find(store, OTHER)).toMatchObject({ finished: { reused: true, weights: null } });
  await giveUpWeights(store, HASH, BY);
  expect(await keysOf(store)).toEqual([manifestKey(HASH)]);
});

it.each([
  ['trained by another study', OTHER, undefined],
  ['found by another study', BY, OTHER],
])('weights of a trial %s stay', async (_, by, finder) => {
  const { store, weights } = await trained();
  if (finder !== undefined) await find(store, finder);
  await giveUpWeights(store, HASH, by);
  expect(await keysOf(store)).toContain(weights);
  expect(await find(store, { ...OTHER, studyRun: 'third' })).toMatchObject({ finished: { weights: { key: weights } } });
});

it('a study that finds the trial while its weights are given up keeps them', async () => {
  const { store, weights } = await trained();
  let asked = false;
  await giveUpWeights(
    {
      ...store,
      put: async (...of) => {
        if (!asked) {
          asked = true;
          await find(store, OTHER);
        }
        return store.put(...of);
      },
    },
    HASH,
    BY,
  );
  expect(await keysOf(store)).toContain(weights);
});

it('what a crash leaves of them is garbage, and no damage', async () => {
  const { store, weights } = await trained();
  const deletesNothing = { ...store, delete: () => Promise.reject(new Error('crashed')) };
  await expect(giveUpWeights(deletesNothing, HASH, BY)).rejects.toThrow('crashed');
  expect(await damageOf(store)).toEqual([]);
  const roots = {
    trials: new Set([HASH]),
    datasets: new Set<string>(),
    bundles: new Set<string>(),
    weights: new Set<string>(),
    openRuns: new Set<string>(),
    openWorkflows: new Set<string>(),
  };
  const objects = await store.list(trialFolder(HASH));
  const clock = { now: Date.now(), olderThanSeconds: 3600 };
  const garbage = judge({ hash: HASH, objects, manifest: await manifestOf(store) }, roots, clock);
  expect(garbage?.objects.map(({ key }) => key)).toEqual([weights]);
});

it('a trial whose manifest is damaged, or that has gone, holds no decision up', async () => {
  const { store, weights } = await trained();
  await store.put(manifestKey(HASH), Buffer.from('{'));
  await giveUpWeights(store, HASH, BY);
  expect(await keysOf(store)).toContain(weights);
  await giveUpWeights(store, 'b'.repeat(64), BY);
});
