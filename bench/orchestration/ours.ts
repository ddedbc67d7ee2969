/**
 * A sweep of trials that take no time, on the embedded servers, with everything in place that a kill would need.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { credentialsOf, REGION, startTemporal, startVersitygw } from '../../infra/services';
import { BUCKET } from '../../infra/services/versitygw';
import { connectClient, startStudy } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import { historyOf, type HistoryFigures } from './history';
import { MemoryGauge } from './memory';
import { end, ready, startWorker } from './processes';

const DIGITS = path.resolve(__dirname, '../../examples/data/digits');
const MAIN = path.resolve(__dirname, '../../cli/main.ts');
const WORKER = path.join(__dirname, 'worker.ts');

export interface Run {
  readonly trials: number;
  readonly parallel: number;
  /** With its defaults. */
  readonly sampler: string;
}

/** Runs one study of so many trials. @throws Error if it fails. */
export async function runOurs(run: Run): Promise<HistoryFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-orchestration-'));
  const servers = await Promise.all([startTemporal({ folder }), startVersitygw({ folder })]);
  const [temporal, store] = servers;
  const { accessKeyId, secretAccessKey } = credentialsOf(folder);
  const environment = {
    ...process.env,
    TEMPORAL_ADDRESS: temporal.address,
    AWS_ENDPOINT_URL_S3: store.address,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    STEPWELL_BUCKET: BUCKET,
    STEPWELL_CACHE: path.join(folder, 'cache'),
    STEPWELL_FILE_ROOTS: DIGITS,
    STEPWELL_TRAINING_SLOTS: String(run.parallel),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const tuner = startWorker(MAIN, ['worker', 'tuner'], environment);
  const workers = [tuner, startWorker(WORKER, [], environment)];
  const client = await connectClient(environment);
  try {
    await Promise.all(workers.map(ready));
    return await measure(client, run, tuner);
  } finally {
    await client.close();
    await Promise.all(workers.map(end));
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(client: StudyClient, run: Run, tuner: ChildProcess): Promise<HistoryFigures> {
  const memory = new MemoryGauge(tuner.pid!);
  try {
    const handle = await startStudy(client, { name: 'orchestration', study: studyOf(run), taskQueuePrefix: '' });
    await handle.result();
    return await historyOf(client, handle.workflowId, memory);
  } finally {
    memory.stop();
  }
}

function studyOf({ trials, parallel, sampler }: Run): unknown {
  return {
    apiVersion: 'stepwell/v1',
    kind: 'Study',
    name: 'orchestration',
    seed: 1,
    dataset: { format: 'idx', uri: pathToFileURL(DIGITS).href },
    model: { preset: 'mnist-cnn' },
    training: { optimizer: { name: 'adam' } },
    budget: { parallelTrials: parallel },
    stages: [
      {
        stage: 'regularizationSweep',
        space: { dropoutRate: { uniform: [0, 0.6] }, weightDecay: { logUniform: [1e-6, 1e-2] } },
        sampler: { name: sampler },
        trials,
        replicates: 1,
        replicateTop: 1,
      },
    ],
  };
}
