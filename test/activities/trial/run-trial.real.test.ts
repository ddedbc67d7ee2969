/**
 * The activity with a real trainer process that trains nothing: what dies, when, and what is left of it. Kills of real
 * trainings are in `test/durability`.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Info } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { pinDataset } from '../../../activities/datasets/packed/pin';
import { openTrial } from '../../../activities/ledger/open-trial';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { createRunTrial } from '../../../activities/trial/run-trial';
import { TrainerPool } from '../../../activities/trial/trainer-pool';
import type { RunTrialInput, TrialProgress } from '../../../workflows/words/contract';
import type { PinnedDataset } from '../../../workflows/words/study';
import type { HParams } from '../../../workflows/words/trial';
import type { TrialResult } from '../../../workflows/words/outcome';
import { quietEnvironment } from '../../support/activity-environment';
import { waitFor } from '../../support/wait-for';
import { ownerOf } from '../ledger/trial-support';
import { trialInput } from './trial-input';

const entry = path.join(__dirname, 'stub-trainer.cjs');
const DIGITS = path.resolve(__dirname, '../../../examples/data/digits');

let dataset: PinnedDataset;
let store: ObjectStore;
let trainers: TrainerPool;
let cacheFolder: string;

beforeAll(async () => {
  store = memoryStore();
  const spec = { format: 'idx', uri: pathToFileURL(DIGITS).href, validationFraction: 0.2 } as const;
  dataset = await pinDataset({ store, fileRoots: [DIGITS] }, spec, 17, { onProgress: () => undefined });
  cacheFolder = mkdtempSync(path.join(tmpdir(), 'stepwell-run-trial-'));
  trainers = new TrainerPool(1, () => ({ entry, environment: {} }));
});

afterAll(async () => {
  await trainers.close();
  rmSync(cacheFolder, { recursive: true, force: true });
});

/** A trial unlike any other of this file, by its seed. */
let seeds = 0;
const inputOf = (hparams: HParams = {}): RunTrialInput =>
  trialInput({ dataset, checkpointEverySteps: 10 }, { seed: (seeds += 1), hparams, limit: { steps: 60 } });

interface Execution {
  readonly environment: MockActivityEnvironment;
  readonly heartbeats: TrialProgress[];
  readonly ended: Promise<TrialResult | Error>;
}

function execute(input: RunTrialInput, info: Partial<Info> = {}): Execution {
  const environment = quietEnvironment({ heartbeatTimeoutMs: 400, ...info });
  const heartbeats: TrialProgress[] = [];
  environment.on('heartbeat', (heartbeat: TrialProgress) => heartbeats.push(heartbeat));
  const runTrial = createRunTrial({ store, trainers, cacheFolder });
  const ended = (environment.run(runTrial, input) as Promise<TrialResult>).catch((error: unknown) => error as Error);
  return { environment, heartbeats, ended };
}

const reached = (heartbeats: readonly TrialProgress[], step: number) =>
  waitFor(`a heartbeat of step ${step}`, () => heartbeats.find((heartbeat) => heartbeat.step >= step));
const scratchLeft = (): readonly string[] => readdirSync(path.join(cacheFolder, 'scratch'));

test('a trial is trained once: another study gets its result, and its own retry gets it as its own', async () => {
  const input = inputOf();
  const { ended, heartbeats } = execute(input);
  const result = await ended;
  expect(result).toMatchObject({
    outcome: { status: 'completed' },
    reused: false,
    receipts: [],
    engine: 'stub',
    weights: { bytes: 16 },
  });
  expect(heartbeats.at(-1)).toMatchObject({ trialId: input.trial.trialId, stepsTotal: 60 });
  const other = { ...input, trial: { ...input.trial, trialId: 'sweep/004' } };
  const reused = await execute(other, { workflowExecution: { workflowId: 'study/other', runId: '2' } }).ended;
  expect(reused).toEqual({ ...result, trialId: 'sweep/004', reused: true });
  expect(await execute(input, { attempt: 2 }).ended).toEqual(result);
  expect(scratchLeft()).toEqual([]);
});

test('a worker told to stop hands over a checkpoint of that very step, and the next attempt loses nothing', async () => {
  const input = inputOf();
  const { environment, heartbeats, ended } = execute(input);
  await reached(heartbeats, 15);
  environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  expect(await ended).toMatchObject({ name: 'CancelledFailure', message: 'WORKER_SHUTDOWN' });
  const result = await execute(input, { attempt: 2, heartbeatDetails: heartbeats.at(-1) }).ended;
  expect(result).toMatchObject({
    outcome: { status: 'completed' },
    receipts: [{ cause: 'workerStopped', attempt: 2, stepsLost: 0 }],
  });
  expect((result as TrialResult).receipts[0]?.resumedAtStep).toBeGreaterThanOrEqual(15);
  expect(scratchLeft()).toEqual([]);
});

test('a trainer that is killed is replaced, and goes on from its newest checkpoint', async () => {
  const input = inputOf();
  const { heartbeats, ended } = execute(input);
  const { checkpointStep } = await waitFor('a checkpoint', () =>
    heartbeats.find((heartbeat) => heartbeat.checkpointStep > 0),
  );
  await trainers.close();
  expect(await ended).toMatchObject({ type: 'TrainerCrashed', nonRetryable: false });
  const result = (await execute(input, { attempt: 2, heartbeatDetails: heartbeats.at(-1) }).ended) as TrialResult;
  expect(result).toMatchObject({
    outcome: { status: 'completed' },
    receipts: [{ cause: 'trainerKilled', attempt: 2 }],
  });
  expect(result.receipts[0]?.resumedAtStep).toBeGreaterThanOrEqual(checkpointStep);
});

test('a trial that is cancelled while it waits for a trainer ends at once', async () => {
  const first = execute(inputOf());
  await reached(first.heartbeats, 1);
  const waiting = execute(inputOf());
  // A cancellation comes with the reply to a heartbeat.
  await reached(waiting.heartbeats, 0);
  waiting.environment.cancel('CANCELLED');
  expect(await waiting.ended).toMatchObject({ name: 'CancelledFailure' });
  expect(await first.ended).toMatchObject({ outcome: { status: 'completed' } });
});

test('an attempt whose trial is taken by a later one ends as fenced', async () => {
  const input = inputOf();
  const { heartbeats, ended } = execute(input);
  await reached(heartbeats, 5);
  const manifests = (await store.list('trials/')).filter(({ key }) => key.endsWith('manifest.json'));
  const hashes = manifests.map(({ key }) => key.split('/')[1] ?? '');
  const owner = ownerOf({
    workflowId: 'test',
    runId: '00000000-0000-0000-0000-000000000000',
    activityId: 'test',
    attempt: 9,
  });
  await Promise.all(hashes.map((hash) => openTrial(store, { hash, owner })));
  expect(await ended).toMatchObject({ type: 'Fenced', nonRetryable: false });
});

test('a trial that another study trains is come back to, without counting as trouble', async () => {
  const training = path.join(cacheFolder, 'training');
  writeFileSync(training, '');
  const input = inputOf({ endsAfter: training });
  const first = execute(input);
  await reached(first.heartbeats, 5);
  const own = new TrainerPool(1, () => ({ entry, environment: {} }));
  const warm = await own.use('warm', async ({ pid }) => pid);
  const environment = quietEnvironment({ workflowExecution: { workflowId: 'study/third', runId: '3' } });
  const busy = await environment
    .run(createRunTrial({ store, trainers: own, cacheFolder }), input)
    .catch((error: unknown) => error);
  // Its trainer is none the worse for it.
  expect(await own.use('warm', async ({ pid }) => pid)).toBe(warm);
  await own.close();
  rmSync(training);
  expect(busy).toMatchObject({
    type: 'TrialBusy',
    nonRetryable: false,
    nextRetryDelay: '5 seconds',
    message: expect.stringContaining('workflow=test'),
  });
  expect(await first.ended).toMatchObject({ reused: false });
  const other = execute(input, { workflowExecution: { workflowId: 'study/other', runId: '2' } });
  expect(await other.ended).toMatchObject({ reused: true });
});

test('the same error twice is not tried a third time', async () => {
  const input = inputOf({ failAt: 3 });
  expect(await execute(input).ended).toMatchObject({
    type: 'TrainerCrashed',
    message: 'told to fail',
    nonRetryable: false,
  });
  expect(await execute(input, { attempt: 2 }).ended).toMatchObject({
    type: 'TrainerBroken',
    message: 'training fails the same way every time: told to fail',
    nonRetryable: true,
  });
});

test('the same crash at the same step is not tried a third time', async () => {
  const input = inputOf({ exitAt: 3 });
  expect(await execute(input).ended).toMatchObject({ type: 'TrainerCrashed' });
  expect(await execute(input, { attempt: 2 }).ended).toMatchObject({
    type: 'TrainerBroken',
    message: expect.stringContaining('last words'),
  });
});

test('an activity without a workflow trains all the same', async () => {
  expect(
    await execute(inputOf(), {
      workflowExecution: undefined,
      activityRunId: 'standalone',
      inWorkflow: false,
    } as unknown as Partial<Info>).ended,
  ).toMatchObject({ outcome: { status: 'completed' } });
});
