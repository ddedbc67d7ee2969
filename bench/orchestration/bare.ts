/**
 * What is left of a trial's cost where nothing but Temporal is in it: a workflow that runs an empty activity, with
 * messages of the size of a trial's, on a server of its own and two workers as in production.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTemporal } from '../../infra/services';
import { connectClient } from '../../workers/client';
import type { bareActivities } from './bare-workflow';
import { historyOf, type HistoryFigures } from './history';
import { MemoryGauge } from './memory';
import { end, ready, startWorker } from './processes';

export const BARE_TASK_QUEUES = { tuner: 'bare-tuner', training: 'bare-training' } as const;

/** As a trial's of `./ours` were measured. */
const INPUT_BYTES = 1_300;
export const RESULT_BYTES = 2_000;

const WORKER = path.join(__dirname, 'bare-worker.ts');

/** Runs so many activities, so many at a time. @throws Error if one fails. */
export async function runBare(run: { readonly trials: number; readonly parallel: number }): Promise<HistoryFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-bare-'));
  const temporal = await startTemporal({ folder });
  const environment = {
    ...process.env,
    TEMPORAL_ADDRESS: temporal.address,
    STEPWELL_TRAINING_SLOTS: String(run.parallel),
  };
  const tuner = startWorker(WORKER, ['tuner'], environment);
  const workers = [tuner, startWorker(WORKER, ['training'], environment)];
  const memory = new MemoryGauge(tuner.pid!);
  const client = await connectClient(environment);
  try {
    await Promise.all(workers.map(ready));
    const handle = await client.client.workflow.start<typeof bareActivities>('bareActivities', {
      workflowId: 'bare',
      taskQueue: BARE_TASK_QUEUES.tuner,
      args: [{ ...run, activityTaskQueue: BARE_TASK_QUEUES.training, input: 'i'.repeat(INPUT_BYTES) }],
    });
    await handle.result();
    return await historyOf(client, handle.workflowId, memory);
  } finally {
    memory.stop();
    await client.close();
    await Promise.all(workers.map(end));
    await temporal.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
