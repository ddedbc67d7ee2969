import path from 'node:path';
import { createStudyActivities } from '../../../activities';
import { putNamedFolder } from '../../../activities/storage/files';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { TrialLedger } from '../../../activities/ledger/ledger';
import { openTrial } from '../../../activities/ledger/open-trial';
import { verifyStudy } from '../../../activities/verify/verify-study';
import type { Checked } from '../../../activities/verify/object-checks';
import type { ResolvedStudy } from '../../../workflows/words/study';
import { quietEnvironment } from '../../support/activity-environment';
import { folderOf, idxSet } from '../../support/datasets';
import { sampleStudy } from '../report/sample-study';
import { checkpointFile, HASH, localFile, ownerOf, resultOf } from '../ledger/trial-support';

const folder = folderOf(idxSet(20, 5));
const OBJECTIVE = { metric: 'valLoss', direction: 'minimize' } as const;
const STUDY = {
  name: 'tiny',
  dataset: { format: 'idx', uri: `file://${folder}` },
  model: { module: 'mine.cjs' },
  stages: [{ stage: 'finalTrain' }],
};

/** A study with one trial, as its workers leave it. */
async function completedStudy(): Promise<ObjectStore> {
  const store = memoryStore();
  const { resolveStudy, recordDecision, publishStudy } = createStudyActivities({
    store,
    fileRoots: [folder],
    modelFolder: path.dirname(localFile('mine.cjs', 'module.exports = 1;')),
  });
  const environment = quietEnvironment();
  const study = (await environment.run(resolveStudy, {
    studyId: 'tiny',
    studyRun: 'run',
    study: STUDY,
  })) as ResolvedStudy;
  const ledger = await openTrial(store, { hash: HASH, owner: ownerOf() });
  if (!(ledger instanceof TrialLedger)) throw new Error('the trial is finished already');
  await ledger.commitCheckpoint(checkpointFile(100));
  const model = path.dirname(localFile('model.json', '{}'));
  const result = await ledger.finish(resultOf(), {
    weightsPath: localFile('weights.safetensors', 'weights'),
    modelFolder: model,
  });
  const { decision, trials } = sampleStudy().decisions.at(-1)!;
  const record = {
    decision: { ...decision, finalTrialId: result.trialId },
    trials: [{ ...trials[0]!, status: 'completed' as const, hash: HASH }],
  };
  await environment.run(recordDecision, { studyId: 'tiny', studyRun: 'run', ...record });
  const { record: sample } = sampleStudy();
  await environment.run(publishStudy, {
    ...sample,
    studyId: 'tiny',
    studyRun: 'run',
    study,
    progress: { ...sample.progress, stages: [{ ...sample.progress.stages.at(-1)!, trials: record.trials }] },
    final: { ...sample.final!, model: result.model },
  });
  return store;
}

function verify(store: ObjectStore): Promise<Checked> {
  return verifyStudy(store, 'tiny', () => undefined);
}

describe('verifying a study', () => {
  it('reads back every object below its data set, its trials and itself', async () => {
    const store = await completedStudy();
    const read = new Set<string>();
    const { damage, objects, bytes } = await verify({
      ...store,
      get: async (key) => {
        read.add(key);
        return store.get(key);
      },
      getFile: async (key, file) => {
        read.add(key);
        return store.getFile(key, file);
      },
    });
    expect(damage).toEqual([]);
    expect([...read].sort()).toEqual((await store.list('')).map(({ key }) => key));
    expect([objects > 5, bytes > 0]).toEqual([true, true]);
  });

  it('finds a flipped bit and a missing object wherever it is, and says what to do about each', async () => {
    const whole = await completedStudy();
    for (const { key } of await whole.list('')) {
      const { bytes } = (await whole.get(key))!;
      const flipped = Uint8Array.from(bytes, (byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte));
      await whole.put(key, flipped);
      expect({ key, isFound: (await verify(whole)).damage.length > 0 }).toEqual({ key, isFound: true });
      await whole.delete([key]);
      const missing = await verify(whole);
      expect({ key, isFound: missing.damage.length > 0 }).toEqual({ key, isFound: true });
      for (const { fix } of missing.damage)
        expect(fix).toMatch(/run study tiny again|start the study again|run the study again|none is needed/);
      await whole.put(key, bytes);
    }
    expect((await verify(whole)).damage).toEqual([]);
  });

  it('tells what is wrong with an object by hashes and sizes', async () => {
    const store = await completedStudy();
    const { key } = (await store.list('trials/')).find((object) => object.key.includes('weights-'))!;
    const before = await memoryStore().putFile('x', (await store.get(key))!.bytes);
    await store.put(key, Buffer.from('short'));
    expect((await verify(store)).damage).toEqual([
      expect.objectContaining({
        key,
        expected: before.sha256,
        actual: expect.stringMatching(/^[0-9a-f]{64}, 5 bytes instead of 7$/),
      }),
    ]);
  });

  it('of a model finds a file too many', async () => {
    const store = await completedStudy();
    const { prefix } = await putNamedFolder(memoryStore(), '', path.dirname(localFile('model.json', '{}')));
    expect(prefix).toMatch(/-[0-9a-f]{16}\/$/);
    const { key } = (await store.list('trials/')).find((object) => object.key.endsWith('model.json'))!;
    await store.put(`${path.posix.dirname(key)}/other.bin`, Buffer.from('x'));
    expect((await verify(store)).damage).toEqual([expect.objectContaining({ key: `${path.posix.dirname(key)}/` })]);
  });

  it('looks at the trials that a long stage has put into the store', async () => {
    const store = await completedStudy();
    const { recordTrials } = createStudyActivities({ store, fileRoots: [] });
    for (const page of [0, 1, 2]) {
      await quietEnvironment().run(recordTrials, {
        studyId: 'tiny',
        studyRun: 'run',
        stageId: 'final-train',
        page,
        objective: OBJECTIVE,
        trials: { each: [] },
      });
    }
    expect((await verify(store)).damage).toEqual([]);
    const [damaged, missing] = [
      'studies/tiny/trials/final-train/00000.json',
      'studies/tiny/trials/final-train/00001.json',
    ];
    await store.put(damaged, Buffer.from('{"studyRun":"run"'));
    await store.delete([missing]);
    expect((await verify(store)).damage).toEqual([
      expect.objectContaining({ key: damaged }),
      expect.objectContaining({ key: missing, actual: 'not in the store' }),
    ]);
  });

  it('looks at what people have changed of it', async () => {
    const store = await completedStudy();
    const { recordChanges } = createStudyActivities({ store, fileRoots: [] });
    const control = { paused: true, approved: [], skipped: [], enqueued: [], changes: [] };
    await recordChanges({
      studyId: 'tiny',
      studyRun: 'run',
      control,
      budget: { deviceMinutes: null, maxTrials: null, parallelTrials: 1 },
    });
    expect((await verify(store)).damage).toEqual([]);
    const key = 'studies/tiny/changes.json';
    await store.put(
      key,
      Buffer.from(
        Buffer.from((await store.get(key))!.bytes)
          .toString()
          .replace('true', 'false'),
      ),
    );
    expect((await verify(store)).damage).toEqual([
      expect.objectContaining({
        key,
        fix: 'delete it: a recovery goes on with what had been changed up to the latest decision',
      }),
    ]);
  });

  it('of a study that is not there says so', async () => {
    await expect(verify(memoryStore())).rejects.toThrow('there is no study tiny in memory://');
  });
});
