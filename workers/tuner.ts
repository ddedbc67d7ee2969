/**
 * The tuner worker: workflows and the light activities around them. Needs no TensorFlow.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createStudyActivities } from '../activities';
import { bucketsWithin } from '../activities/datasets/source/bucket-roots';
import { checkStore } from '../activities/storage/probes';
import { s3Store } from '../activities/storage/s3';
import { TASK_QUEUES } from '../workflows/words/contract';
import type { Config } from './config';
import { runWorker } from './run-worker';
import type { WorkerPlan } from './run-worker';

/** Runs a tuner worker until a signal ends it. @throws StorageDenied, StorageUnavailable, ServerUnreachable */
export async function runTunerWorker(config: Config, onReady?: () => void): Promise<void> {
  const store = s3Store({ bucket: config.bucket, prefix: config.prefix });
  await checkStore(store);
  await runWorker(
    {
      kind: 'tuner',
      taskQueue: `${config.taskQueuePrefix}${TASK_QUEUES.tuner}`,
      ...workflowCode(config),
      activities: {
        ...createStudyActivities({
          store,
          fileRoots: config.fileRoots,
          openBucket: bucketsWithin(config.bucketRoots, s3Store),
          modelFolder: config.modelFolder,
        }),
      },
      ...(onReady && { onReady }),
    },
    config,
  );
}

/**
 * The bundle that the operator named, or the one that the build wrote, or in a checkout the sources, bundled at start.
 */
function workflowCode({ workflowBundle }: Config): Pick<WorkerPlan, 'workflowBundle' | 'workflowsPath'> {
  if (workflowBundle !== undefined) return { workflowBundle: { codePath: workflowBundle } };
  const built = path.join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(built)
    ? { workflowBundle: { codePath: built } }
    : { workflowsPath: require.resolve('../workflows') };
}
