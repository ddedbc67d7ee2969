/**
 * A training worker as in production, but for its trainers (`./trainer`).
 *
 * @module
 */
import path from 'node:path';
import { createTrainingActivities, s3Store, TrainerPool } from '../../activities';
import { readConfig } from '../../workers/config';
import { runWorker } from '../../workers/run-worker';
import { trialTuner } from '../../workers/trial-permits';
import { TASK_QUEUES } from '../../workflows/words/contract';

async function main(): Promise<void> {
  const config = readConfig();
  const store = s3Store({ bucket: config.bucket, prefix: config.prefix });
  const trainers = new TrainerPool(config.trainingSlots, () => ({
    entry: path.join(__dirname, 'trainer.ts'),
    environment: {},
  }));
  try {
    trainers.prestart();
    await runWorker(
      {
        kind: 'training',
        taskQueue: `${config.taskQueuePrefix}${TASK_QUEUES.training}`,
        activities: {
          ...createTrainingActivities({ store, trainers, cacheFolder: config.cacheFolder }),
        },
        tuner: trialTuner(trainers),
        onReady: () => process.send?.('ready'),
      },
      config,
    );
  } finally {
    await trainers.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
