/** Several runs of one name, as their activities leave them in the store. */
import path from 'node:path';
import { createStudyActivities } from '../../../activities';
import { collectGarbage } from '../../../activities/garbage/collect';
import { readRoots } from '../../../activities/garbage/roots';
import { encodeManifest, firstManifest, manifestKey } from '../../../activities/ledger/manifest';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { carryDecisions } from '../../../activities/study/carry-decisions';
import { readDecision } from '../../../activities/study/decision-record';
import { readStudy, unfinishedStudies } from '../../../activities/study/stored-study';
import { runsOf } from '../../../activities/study/study-runs';
import { verifyStudy } from '../../../activities/verify/verify-study';
import type { Damage } from '../../../activities/verify/object-checks';
import type { StudyRecord, StudyStatus } from '../../../workflows/words/progress';
import type { ResolvedStudy } from '../../../workflows/words/study';
import { quietEnvironment } from '../../support/activity-environment';
import { folderOf, idxSet } from '../../support/datasets';
import { ownerOf, resultOf } from '../ledger/trial-support';
import { sampleStudy } from '../report/sample-study';

const folder = folderOf(idxSet(20, 5));
const STUDY = {
  name: 'twin',
  dataset: { format: 'idx', uri: `file://${path.resolve(folder)}` },
  model: { preset: 'lenet5' },
  stages: [{ stage: 'finalTrain' }],
};

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});

/** A run of the study with one finished trial of its own, up to what it publishes. */
async function begin(studyRun: string, hash: string) {
  const { resolveStudy, recordDecision, publishStudy } = createStudyActivities({ store, fileRoots: [folder] });
  const environment = quietEnvironment();
  const study = (await environment.run(resolveStudy, { studyId: 'twin', studyRun, study: STUDY })) as ResolvedStudy;
  const manifest = firstManifest(hash, ownerOf({ workflowId: 'study/twin', studyRun }));
  await store.put(manifestKey(hash), encodeManifest({ ...manifest, result: resultOf({ hash }) }));
  const { decision, trials: samples } = sampleStudy().decisions.at(-1)!;
  const trials = [{ ...samples[0]!, status: 'completed' as const, hash }];
  await environment.run(recordDecision, {
    studyId: 'twin',
    studyRun,
    decision: { ...decision, because: `decided by ${studyRun}` },
    trials,
  });
  const { record } = sampleStudy();
  return (status: StudyStatus) =>
    environment.run(publishStudy, {
      ...record,
      studyId: 'twin',
      studyRun,
      study,
      progress: { ...record.progress, status, stages: [{ ...record.progress.stages.at(-1)!, trials }] },
      final: null,
    } satisfies StudyRecord);
}

const damage = async (): Promise<readonly Damage[]> => (await verifyStudy(store, 'twin', () => undefined)).damage;
const [HASH, OTHER] = ['a'.repeat(64), 'b'.repeat(64)];

it('a run that fails leaves the completed one before whole, its decisions too, and both are verified and kept', async () => {
  await (
    await begin('first', HASH)
  )('completed');
  const publish = await begin('second', OTHER);
  expect(await unfinishedStudies(store)).toEqual(['twin']);
  expect([...(await readRoots(store)).openRuns]).toEqual(['second']);
  expect(await damage()).toEqual([]);
  await publish('failed');
  expect(await unfinishedStudies(store)).toEqual([]);
  expect(await readStudy(store, 'twin')).toMatchObject({
    ended: 'failed',
    decided: [{ decision: { because: 'decided by second' } }],
  });
  expect(await readStudy(store, 'twin', 'first')).toMatchObject({
    ended: 'completed',
    opening: { studyRun: 'first' },
    decided: [{ decision: { because: 'decided by first' } }],
  });
  await expect(readStudy(store, 'twin', 'third')).rejects.toThrow(
    'there is no run third of study twin in memory://; beside the newest it has first, second',
  );
  expect(await damage()).toEqual([]);
  const roots = await readRoots(store);
  expect([[...roots.trials].sort(), [...roots.openRuns]]).toEqual([[HASH, OTHER], []]);
  const collected = await collectGarbage(store, { olderThanSeconds: 0, dryRun: true, onProgress: () => undefined });
  expect(collected.items.map((item) => item.folder)).toEqual([]);
});

it('damage below the place of an earlier run is found, in each of its files', async () => {
  await (
    await begin('first', HASH)
  )('completed');
  await (
    await begin('second', OTHER)
  )('completed');
  expect([await runsOf(store, 'twin'), await damage()]).toEqual([['first'], []]);
  const own = (await store.list('studies/twin/runs/first/')).map(({ key }) => key);
  expect(own.map((key) => key.replace('studies/twin/runs/first/', ''))).toEqual([
    'contents.json',
    'decisions/final-train.json',
    'opening.json',
    'report.html',
    'study.json',
  ]);
  for (const key of own) {
    const { bytes } = (await store.get(key))!;
    await store.delete([key]);
    expect({ key, isFound: (await damage()).length > 0 }).toEqual({ key, isFound: true });
    await store.put(key, bytes);
  }
  expect(await damage()).toEqual([]);
});

it('a garbage collection that reads while a run begins loses no trial of the one before', async () => {
  await (
    await begin('first', HASH)
  )('completed');
  let began = false;
  const roots = await readRoots({
    ...store,
    list: async (prefix) => {
      // The first run's record and decisions are overwritten just before the decisions are listed.
      if (!began && prefix.endsWith('decisions/')) {
        began = true;
        await (
          await begin('second', OTHER)
        )('completed');
      }
      return store.list(prefix);
    },
  });
  expect([...roots.trials].sort()).toEqual([HASH, OTHER]);
});

it('a rerun of an earlier run takes over what that run decided, with its trials', async () => {
  await (
    await begin('first', HASH)
  )('completed');
  await (
    await begin('second', OTHER)
  )('failed');
  const { decided } = await readStudy(store, 'twin', 'first');
  const origin = { kind: 'rerun', studyId: 'twin', stageIds: ['final-train'], changed: [] } as const;
  const carried = { origin, studyRun: 'first', decisions: decided.map(({ decision }) => decision) };
  await carryDecisions(store, { studyId: 'twin-2', studyRun: 'third', carried });
  expect(await readDecision(store, 'twin-2', 'final-train')).toMatchObject({
    studyRun: 'third',
    decision: { because: 'decided by first' },
    trials: [{ hash: HASH, reused: true }],
  });
});
