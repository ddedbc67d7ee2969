import { createStudyActivities } from '../../../activities';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { encodeManifest, firstManifest, manifestKey } from '../../../activities/ledger/manifest';
import { writeDecision } from '../../../activities/study/decision-record';
import { openingKey, writeOpening } from '../../../activities/study/opening';
import { recoveryOf } from '../../../activities/study/recovery';
import { readStudy, unfinishedStudies } from '../../../activities/study/stored-study';
import { sha256Of } from '../../../activities/content-hash';
import type { StudyStatus, TrialSummary } from '../../../workflows/words/progress';
import type { Receipt } from '../../../workflows/words/outcome';
import { sampleStudy, SAMPLE_STUDY } from '../report/sample-study';
import { ownerOf, resultOf } from '../ledger/trial-support';

const STAGES = [
  ['lrRangeTest', 'lr-range-test'],
  ['batchSizeLadder', 'batch-size-ladder'],
  ['lrRetest', 'lr-retest'],
  ['regularizationSweep', 'regularization-sweep'],
  ['finalTrain', 'final-train'],
] as const;
const STUDY = { ...SAMPLE_STUDY, stages: STAGES.map(([stage, stageId]) => ({ stage, stageId, options: {} })) };
/** Of the study's first trial. */
const RECEIPT: Receipt = {
  trialId: 'lr-range-test/000',
  cause: 'workerLost',
  attempt: 2,
  lastStep: 5,
  resumedAtStep: 4,
  stepsLost: 1,
  deviceSecondsLost: 1,
  worker: 'w',
};

/** One trial a stage: trained by this study, but for the second, which it found. */
function trialOf(stage: number): TrialSummary {
  const [, stageId] = STAGES[stage]!;
  return {
    trialId: `${stageId}/000`,
    stageId,
    label: '',
    hparams: {},
    status: 'completed',
    score: 1,
    deviceSeconds: 10,
    reused: stage === 1,
    hash: sha256Of(stageId),
  };
}

async function interrupted({ decided = 2, run = 'run' } = {}): Promise<ObjectStore> {
  const store = memoryStore();
  await writeOpening(store, {
    studyId: 'digits',
    studyRun: 'run',
    asked: { name: 'digits' },
    study: STUDY,
    fresh: 'salt',
  });
  for (const [i, { decision }] of sampleStudy().decisions.slice(0, decided).entries()) {
    const trial = trialOf(i);
    const hash = trial.hash ?? '';
    await writeDecision(store, 'digits', {
      decision: { ...decision, ...(i === 4 && { finalTrialId: trial.trialId }) },
      trials: [trial],
      studyRun: i === decided - 1 ? run : 'run',
    });
    const result = resultOf(
      { hash, receipts: [RECEIPT], engine: `engine ${i}`, weights: { key: 'weights', sha256: 'x', bytes: 1 } },
      { examples: 100 },
    );
    await store.put(manifestKey(hash), encodeManifest({ ...firstManifest(hash, ownerOf()), result }));
  }
  return store;
}

async function end(store: ObjectStore, status: StudyStatus, studyRun = 'run'): Promise<void> {
  const { record } = sampleStudy();
  await store.put(
    'studies/digits/study.json',
    Buffer.from(JSON.stringify({ ...record, studyRun, progress: { ...record.progress, status } })),
  );
}

describe('a study from the store alone', () => {
  it('goes on as the study it was, with its decisions, what they cost and what happened on the way', async () => {
    const store = await interrupted();
    const { snapshot, ...run } = await recoveryOf(store, await readStudy(store, 'digits'));
    expect(run).toEqual({
      studyRun: 'run',
      fresh: 'salt',
      origins: [
        { kind: 'recovered', studyId: 'digits', stageIds: ['lr-range-test', 'batch-size-ladder'], changed: [] },
      ],
    });
    expect(snapshot).toMatchObject({
      study: STUDY,
      deviceSeconds: 10,
      examples: 100,
      receipts: [RECEIPT],
      engines: ['engine 0', 'engine 1'],
      final: null,
      stages: [
        {
          stageId: 'lr-range-test',
          trials: [],
          summaries: [trialOf(0)],
          decision: { evidence: { plots: [], tables: [] } },
        },
        { stageId: 'batch-size-ladder', summaries: [trialOf(1)] },
      ],
    });
  });

  it('counts a training in segments once', async () => {
    const store = await interrupted({ decided: 1 });
    const stored = await readStudy(store, 'digits');
    const [record] = stored.decided;
    const further: TrialSummary = {
      ...trialOf(0),
      trialId: 'lr-range-test/000.2',
      continues: 'lr-range-test/000',
      deviceSeconds: 5,
    };
    const { snapshot } = await recoveryOf(store, {
      ...stored,
      decided: [{ ...record!, trials: [...record!.trials, further] }],
    });
    expect(snapshot).toMatchObject({ deviceSeconds: 15, examples: 100, receipts: [RECEIPT] });
  });

  it('takes a stage for undecided whose record is damaged or another run of the same name left', async () => {
    const store = await interrupted({ run: 'an earlier run' });
    expect((await readStudy(store, 'digits')).decided).toHaveLength(1);
    const key = 'studies/digits/decisions/lr-range-test.json';
    const text = Buffer.from((await store.get(key))!.bytes).toString();
    await store.put(key, Buffer.from(text.replace('0.00287453', '0.99287453')));
    expect((await readStudy(store, 'digits')).decided).toEqual([]);
  });

  it('has its result, if only the publication was lost', async () => {
    const store = await interrupted({ decided: 5 });
    const { snapshot } = await recoveryOf(store, await readStudy(store, 'digits'));
    expect(snapshot.final).toMatchObject({ trialId: 'final-train/000', weights: { key: 'weights' } });
  });

  it('goes on with what people had changed of it', async () => {
    const store = await interrupted({ decided: 1 });
    const control = {
      paused: true,
      approved: [],
      skipped: ['lr-retest'],
      enqueued: [],
      changes: [{ what: 'pause' as const, detail: '', at: '' }],
    };
    const budget = { deviceMinutes: 99, maxTrials: null, parallelTrials: 4 };
    await writeDecision(store, 'digits', {
      decision: sampleStudy().decisions[0]!.decision,
      trials: [],
      studyRun: 'run',
      control,
      budget,
    });
    expect((await recoveryOf(store, await readStudy(store, 'digits'))).snapshot).toMatchObject({
      control,
      study: { budget },
    });
  });

  it('goes on with what people had changed of it since its last decision, but not with what an earlier run of its name left', async () => {
    const store = await interrupted({ decided: 1 });
    const pause = { what: 'pause' as const, detail: '', at: '' };
    const control = { paused: true, approved: [], skipped: [], enqueued: [], changes: [pause] };
    const budget = { deviceMinutes: 99, maxTrials: null, parallelTrials: 4 };
    const { recordChanges } = createStudyActivities({ store, fileRoots: [] });
    await recordChanges({ studyId: 'digits', studyRun: 'an earlier run', control, budget });
    expect((await recoveryOf(store, await readStudy(store, 'digits'))).snapshot).not.toHaveProperty('control');
    await recordChanges({ studyId: 'digits', studyRun: 'run', control, budget });
    expect((await recoveryOf(store, await readStudy(store, 'digits'))).snapshot).toMatchObject({
      control,
      study: { budget },
    });
    // A decision that was recorded after it has it too, and what came in between.
    const later = { ...control, paused: false, changes: [pause, { ...pause, what: 'resume' as const }] };
    await writeDecision(store, 'digits', {
      decision: sampleStudy().decisions[0]!.decision,
      trials: [],
      studyRun: 'run',
      control: later,
      budget,
    });
    expect((await recoveryOf(store, await readStudy(store, 'digits'))).snapshot).toMatchObject({ control: later });
  });

  it('leaves out the cost of stages that it had taken over from another study', async () => {
    const store = await interrupted();
    const stored = await readStudy(store, 'digits');
    const rerun = { kind: 'rerun' as const, studyId: 'other', stageIds: ['lr-range-test'], changed: [] };
    const { snapshot, origins } = await recoveryOf(store, {
      ...stored,
      opening: { ...stored.opening, origins: [rerun] },
    });
    expect(origins).toEqual([
      rerun,
      { kind: 'recovered', studyId: 'digits', stageIds: ['batch-size-ladder'], changed: [] },
    ]);
    expect(snapshot).toMatchObject({
      deviceSeconds: 0,
      receipts: [],
      stages: [{ summaries: [] }, { summaries: [trialOf(1)] }],
    });
  });

  it.each(['completed', 'cancelled', 'failed'] as const)(
    "is known to be %s by its record, unless that is an earlier run's",
    async (status) => {
      const store = await interrupted();
      expect(await unfinishedStudies(store)).toEqual(['digits']);
      await end(store, status, 'an earlier run');
      expect([await unfinishedStudies(store), (await readStudy(store, 'digits')).ended]).toEqual([
        ['digits'],
        undefined,
      ]);
      await end(store, status);
      expect([await unfinishedStudies(store), (await readStudy(store, 'digits')).ended]).toEqual([[], status]);
    },
  );

  it('cannot be had where the store knows nothing of it, or its opening is damaged', async () => {
    const store = await interrupted();
    await expect(readStudy(store, 'other')).rejects.toThrow('there is no study other in memory://; it has digits');
    await store.put(openingKey('digits'), Buffer.from('{'));
    await expect(readStudy(store, 'digits')).rejects.toThrow(
      'the opening record of study digits is damaged [key=studies/digits/opening.json]; start the study anew with stepwell run, which reuses its trials',
    );
  });
});
