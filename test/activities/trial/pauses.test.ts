/** A trial that pauses, from its first segment to its last, with a trainer that does what a test says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { TrainerCrashed } from '../../../activities/trial/trainer-process';
import { TrainingAttempt } from '../../../activities/trial/training-attempt';
import type { TrialOwner } from '../../../activities/ledger/manifest';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import type { Outcome, TrialResult } from '../../../workflows/words/outcome';
import { folder, HASH, keysOf, manifestOf, resultOf, take } from '../ledger/trial-support';
import { FakeTrainer, reportOf, writeCheckpoint } from './fake-trainer';
import { UNWATCHED } from './running-attempt';
import { trialInput } from './trial-input';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});

const pausedAt = (steps: number): Outcome => ({
  status: 'paused',
  measurement: (
    resultOf({}, { steps, deviceSeconds: steps / 10 }).outcome as Extract<Outcome, { readonly status: 'completed' }>
  ).measurement,
});

interface Segment {
  readonly trainer: FakeTrainer;
  readonly ended: Promise<TrialResult | Error>;
}

async function begin(trialId: string, owner: Partial<TrialOwner> = {}): Promise<Segment> {
  const trainer = new FakeTrainer();
  const attempt = new TrainingAttempt({
    input: trialInput({}, { trialId }),
    hash: HASH,
    trainer,
    ledger: await take(store, { activityId: trialId, ...owner }),
    fetchDataset: async () => '/d',
    liveness: UNWATCHED,
    stopSeconds: 25,
    onTrained: () => undefined,
    scratchFolder: mkdtempSync(path.join(folder, 'scratch-')),
    fetchModel: async () => null,
    fetchWeights: async () => null,
    heartbeat: undefined,
    attempt: owner.attempt ?? 1,
    ending: new AbortController(),
    onProgress: () => undefined,
    warn: () => undefined,
  });
  return { trainer, ended: attempt.run().catch((error: unknown) => error as Error) };
}

/** Trains up to a step and pauses there. */
async function segment(trialId: string, steps: number, owner: Partial<TrialOwner> = {}): Promise<TrialResult> {
  const { trainer, ended } = await begin(trialId, owner);
  const { job, events, end } = await trainer.training;
  events.checkpoint(writeCheckpoint(job, steps));
  end({ ...reportOf(job, pausedAt(steps)), weightsPath: null });
  return (await ended) as TrialResult;
}

test('a pause leaves a committed checkpoint, no result and the trial to whoever comes', async () => {
  const result = await segment('sweep/001', 40);
  expect(result).toMatchObject({
    trialId: 'sweep/001',
    outcome: { status: 'paused' },
    weights: null,
    model: null,
    receipts: [],
    reused: false,
  });
  const manifest = await manifestOf(store);
  expect(manifest).toMatchObject({
    result: null,
    checkpoints: [{ step: 40 }],
    death: { cause: 'paused', step: 40, deviceSeconds: 4 },
  });
  expect(await keysOf(store)).toHaveLength(2);
});

test('the next segment goes on from there at once and without a receipt, in another activity as in another study', async () => {
  await segment('sweep/001', 40);
  for (const [trialId, owner] of [
    ['sweep/001.2', {}],
    ['sweep/001', { workflowId: 'study/other', runId: 'run-2' }],
  ] as const) {
    const { trainer, ended } = await begin(trialId, owner);
    const { job, events, end } = await trainer.training;
    expect(readFileSync(job.resumeFrom ?? '', 'utf8')).toBe('state at 40');
    events.checkpoint(writeCheckpoint(job, 40));
    end({ ...reportOf(job, pausedAt(50)), weightsPath: null });
    expect(await ended).toMatchObject({ receipts: [], reused: false });
  }
});

test('the last segment finishes the trial, whose receipts are those of its own recoveries only', async () => {
  const first = await begin('sweep/001');
  (await first.trainer.training).fail(
    new TrainerCrashed('killed', { how: 'by SIGKILL', killed: true, outOfMemory: false }),
  );
  expect(await first.ended).toMatchObject({ name: 'TrainerCrashed' });
  expect(await segment('sweep/001', 40, { attempt: 2 })).toMatchObject({ receipts: [{ cause: 'trainerKilled' }] });
  const { trainer, ended } = await begin('sweep/001.2');
  const { job, end } = await trainer.training;
  end(reportOf(job));
  expect(await ended).toMatchObject({
    trialId: 'sweep/001.2',
    outcome: { status: 'completed' },
    receipts: [],
    weights: { bytes: 7 },
  });
  expect((await manifestOf(store)).result).toMatchObject({ outcome: { status: 'completed' } });
});

test('a checkpoint that is gone costs a training from the start, and nothing else', async () => {
  await segment('sweep/001', 40);
  const {
    checkpoints: [checkpoint],
  } = await manifestOf(store);
  await store.delete([checkpoint!.key]);
  const { trainer, ended } = await begin('sweep/001.2');
  const { job, end } = await trainer.training;
  expect(job.resumeFrom).toBeNull();
  end(reportOf(job));
  expect(await ended).toMatchObject({ outcome: { status: 'completed' }, receipts: [] });
});

test('what another study has trained this far or further is reused; what this one did before its worker died is not', async () => {
  await segment('sweep/001', 40, { studyRun: 'one' });
  const answers = async (owner: Partial<TrialOwner>): Promise<TrialResult | Error> => {
    const { trainer, ended } = await begin('sweep/001', owner);
    const { job, end } = await trainer.training;
    end({ ...reportOf(job, pausedAt(40)), weightsPath: null });
    return ended;
  };
  // The answer of the first attempt was lost; then the study was recovered as another workflow; then another study
  // asks.
  expect(await answers({ studyRun: 'one', attempt: 2 })).toMatchObject({ reused: false });
  expect(await answers({ studyRun: 'one', runId: 'run-2' })).toMatchObject({ reused: false });
  expect(await answers({ studyRun: 'two', workflowId: 'study/other', runId: 'run-3' })).toMatchObject({
    reused: true,
    receipts: [],
  });
});

test('a segment that dies is recovered like any other attempt', async () => {
  await segment('sweep/001', 40);
  const { trainer, ended } = await begin('sweep/001.2');
  const { job, events, fail } = await trainer.training;
  events.checkpoint(writeCheckpoint(job, 60));
  fail(new TrainerCrashed('killed', { how: 'by SIGKILL', killed: true, outOfMemory: false }));
  expect(await ended).toMatchObject({ name: 'TrainerCrashed' });
  expect(await segment('sweep/001.2', 80, { attempt: 2 })).toMatchObject({
    receipts: [{ trialId: 'sweep/001.2', cause: 'trainerKilled', resumedAtStep: 60 }],
  });
});
