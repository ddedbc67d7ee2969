/**
 * A worker as in production, for a workflow or an activity that does nothing: `tuner` or `training` as its argument.
 *
 * @module
 */
import { readConfig } from '../../workers/config';
import { runWorker } from '../../workers/run-worker';
import { BARE_TASK_QUEUES, RESULT_BYTES } from './bare';

const RESULT = 'r'.repeat(RESULT_BYTES);

async function main(): Promise<void> {
  const config = readConfig();
  const kind = process.argv[2] === 'tuner' ? 'tuner' : 'training';
  await runWorker(
    {
      kind,
      taskQueue: BARE_TASK_QUEUES[kind],
      ...(kind === 'tuner'
        ? { workflowsPath: require.resolve('./bare-workflow') }
        : {
            activities: { runTrial: async () => RESULT },
            maxConcurrentActivityTaskExecutions: config.trainingSlots,
          }),
      onReady: () => process.send?.('ready'),
    },
    config,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
