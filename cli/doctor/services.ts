import { checkStore } from '../../activities/storage/probes';
import { findServices } from '../../infra/services';
import { connectClient } from '../../workers/client';
import { readConfig } from '../../workers/config';
import type { Environment } from '../../workers/config';
import { failureOf } from '../failure';
import { namesCluster } from '../services';
import type { Finding } from './machine';

/** The servers that a command would use now: those that the environment names, else those that run in the folder. */
export async function inspectServices(folder: string): Promise<readonly Finding[]> {
  if (namesCluster()) return probe('named by the environment', {});
  const running = findServices(folder);
  if (running !== undefined) return probe(`of ${folder}`, running.environment);
  return [
    {
      name: 'services',
      state: 'idle',
      detail: `none run in ${folder}; stepwell run starts its own, stepwell up some that stay`,
    },
  ];
}

async function probe(whose: string, settings: Environment): Promise<readonly Finding[]> {
  // The AWS SDK reads the process's own environment and no other.
  Object.assign(process.env, settings);
  const findings = [
    finding('Temporal', async () => `${await temporalDetail()}, ${whose}`),
    finding('store', async () => `${await storeDetail()}, ${whose}`),
  ];
  return Promise.all(findings);
}

async function finding(name: string, detail: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'ok', detail: await detail() };
  } catch (error) {
    return { name, state: 'missing', detail: failureOf(error).message };
  }
}

async function temporalDetail(): Promise<string> {
  const { client, address, close } = await connectClient();
  try {
    const { namespace } = client.options;
    const { serverVersion } = await client.workflowService.getSystemInfo({});
    await client.workflowService.describeNamespace({ namespace });
    return `server ${serverVersion || 'of unknown version'} at ${address}, namespace ${namespace}`;
  } finally {
    await close();
  }
}

/** Two attempts on a trial are kept apart by conditional writes: a store without them is of no use. */
async function storeDetail(): Promise<string> {
  // The AWS SDK takes half a second to load: only this command pays for it.
  const { s3Store }: typeof import('../../activities/storage/s3') = require('../../activities/storage/s3');
  const { bucket, prefix } = readConfig();
  const store = s3Store({ bucket, prefix });
  await checkStore(store);
  return `${store.uri}, with conditional writes`;
}
