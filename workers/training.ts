/**
 * The training worker: runs trials, one trainer process on each slot. Needs TensorFlow's native binding, and a GPU if
 * there is one.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createTrainingActivities } from '../activities';
import { checkStore } from '../activities/storage/probes';
import { s3Store } from '../activities/storage/s3';
import { TrainerPool } from '../activities/trial/trainer-pool';
import { TASK_QUEUES } from '../workflows/words/contract';
import { requireCacheFolder } from './cache-folder';
import type { Config } from './config';
import { runWorker } from './run-worker';
import { asTrainerBroken } from './trainer-broken';
import { trialTuner } from './trial-permits';

/**
 * Runs a training worker until a signal ends it.
 * @throws ConfigInvalid if the cache folder cannot be written, TrainerBroken if no trainer can start, StorageDenied, StorageUnavailable, ServerUnreachable
 */
export async function runTrainingWorker(config: Config, onReady?: () => void): Promise<void> {
  requireCacheFolder(config.cacheFolder);
  const store = s3Store({ bucket: config.bucket, prefix: config.prefix });
  const trainers = new TrainerPool(config.trainingSlots, (slot) => ({
    entry: trainerEntry(),
    environment: trainerEnvironment(config, slot),
  }));
  try {
    await checkStore(store);
    // A slot that cannot start a trainer, for want of a native binding say, is better known now than at the first
    // trial.
    await trainers.use('warm', async () => undefined).catch(asTrainerBroken);
    trainers.prestart();
    await runWorker(
      {
        kind: 'training',
        taskQueue: `${config.taskQueuePrefix}${TASK_QUEUES.training}`,
        activities: {
          ...createTrainingActivities({
            store,
            trainers,
            cacheFolder: config.cacheFolder,
            stopSeconds: config.stopSeconds,
            cacheBytesMax: config.cacheBytesMax,
          }),
        },
        tuner: trialTuner(trainers),
        ...(onReady && { onReady }),
      },
      config,
    );
  } finally {
    await trainers.close();
  }
}

/** Compiled beside this file, or TypeScript in a checkout. */
function trainerEntry(): string {
  const compiled = path.join(__dirname, '..', 'activities', 'training', 'main.js');
  return existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts');
}

/**
 * A trainer sees one GPU, or none: the binding takes the last one it sees. With more slots than GPUs they share them in
 * turn.
 */
function trainerEnvironment({ gpus, trainerThreads, residentBytes }: Config, slot: number): Record<string, string> {
  return {
    CUDA_VISIBLE_DEVICES: gpus[slot % gpus.length] ?? '-1',
    STEPWELL_TRAINER_THREADS: String(trainerThreads),
    STEPWELL_RESIDENT_BYTES: String(residentBytes),
  };
}
