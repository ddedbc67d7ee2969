/**
 * Small real studies on the digits, and what a test wants to know of one that runs.
 *
 * @module
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ObjectStore } from '../../activities/storage/object-store';
import { s3Store } from '../../activities/storage/s3';
import { decodeManifest } from '../../activities/ledger/manifest';
import type { TrialManifest } from '../../activities/ledger/manifest';
import { startStudy } from '../../workers/client';
import type { StudyRecord } from '../../workflows/words/progress';
import type { TrialProgress } from '../../workflows/words/contract';
import type { StudyInput } from '../../workflows/spec';
import type { tuneStudy } from '../../workflows';
import { waitFor } from './wait-for';

export const DIGITS = path.resolve(__dirname, '../../examples/data/digits');

/** A study on the digits; what is not given is small and seeded. */
export function digitsStudy(study: Partial<StudyInput> & Pick<StudyInput, 'name' | 'stages'>): StudyInput {
  return {
    seed: 7,
    dataset: { format: 'idx', uri: pathToFileURL(DIGITS).href },
    model: { preset: 'mnist-cnn' },
    budget: { parallelTrials: 1 },
    checkpointEverySteps: 50,
    ...study,
  };
}

/** What the workers of one test need in their environment. */
export interface StudyWorld {
  readonly temporalAddress: string;
  readonly bucket: string;
  readonly access: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly taskQueuePrefix: string;
  readonly cacheFolder: string;
}

export function workerEnvironment({
  temporalAddress,
  bucket,
  access,
  taskQueuePrefix,
  cacheFolder,
}: StudyWorld): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporalAddress,
    AWS_ENDPOINT_URL_S3: access.endpoint,
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
    STEPWELL_BUCKET: bucket,
    STEPWELL_TASK_QUEUE_PREFIX: taskQueuePrefix,
    STEPWELL_CACHE: cacheFolder,
    STEPWELL_FILE_ROOTS: DIGITS,
    STEPWELL_TRAINING_SLOTS: '1',
    STEPWELL_TRAINER_THREADS: '1',
  };
}

/** Starts a study in a world. */
export async function start(
  client: Client,
  world: StudyWorld,
  study: StudyInput,
): Promise<WorkflowHandle<typeof tuneStudy>> {
  const studyClient = { client, address: world.temporalAddress, close: async () => undefined };
  return startStudy(studyClient, { name: study.name, study, taskQueuePrefix: world.taskQueuePrefix });
}

/** Waits until the running trial has heartbeat a step of at least `step`. @returns what it last said. */
export async function waitForStep(handle: WorkflowHandle, step: number): Promise<TrialProgress> {
  return waitFor(`a trial of ${handle.workflowId} reached step ${step}`, async () => {
    const progress = await runningTrial(handle);
    return progress !== undefined && progress.step >= step ? progress : undefined;
  });
}

/**
 * Waits until the store has a checkpoint of at least `step`: known sooner than by a heartbeat, of which there is one in
 * seconds.
 */
export async function waitForCheckpoint(world: StudyWorld, step: number): Promise<void> {
  const store = storeOf(world);
  await waitFor(`a checkpoint of step ${step}`, async () => {
    const manifests = await trialManifests(store);
    return manifests.some(({ checkpoints }) => checkpoints.some((checkpoint) => checkpoint.step >= step))
      ? true
      : undefined;
  });
}

/** Of every trial in a store. */
export async function trialManifests(store: ObjectStore): Promise<readonly TrialManifest[]> {
  const keys = (await store.list('trials/')).map(({ key }) => key).filter((key) => key.endsWith('/manifest.json'));
  return Promise.all(keys.map(async (key) => decodeManifest(key.split('/')[1] ?? '', (await store.get(key))!.bytes)));
}

async function runningTrial(handle: WorkflowHandle): Promise<TrialProgress | undefined> {
  const { raw } = await handle.describe();
  const details = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'runTrial')?.heartbeatDetails
    ?.payloads?.[0];
  return details === undefined || details === null
    ? undefined
    : defaultPayloadConverter.fromPayload<TrialProgress>(details);
}

export const storeOf = (world: StudyWorld): ObjectStore =>
  s3Store({ bucket: world.bucket, prefix: 'v1/', access: world.access });

/** What a study left in its bucket. */
export async function studyRecord(world: StudyWorld, name: string): Promise<StudyRecord> {
  const found = await storeOf(world).get(`studies/${name}/study.json`);
  if (found === undefined) throw new Error(`study ${name} left no record`);
  return JSON.parse(Buffer.from(found.bytes).toString('utf8')) as StudyRecord;
}
