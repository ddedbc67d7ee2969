import { checkStore } from '../../activities/storage/probes';
import { findServices } from '../../infra/services';
import { connectClient } from '../../workers/client';
import type { Environment } from '../../workers/environment';
import { embeddedEnvironment } from '../embedded-environment';
import { failureOf } from '../failure';
import { namesCluster } from '../services';
import { storeOf } from '../store';
import type { Finding } from './machine';

/** The servers that a command would use now: those that the environment names, else those that run in the folder. */
export async function inspectServices(folder: string): Promise<readonly Finding[]> {
  if (namesCluster()) return probe('named by the environment', process.env);
  const running = findServices(folder);
  if (running !== undefined) return probe(`of ${folder}`, embeddedEnvironment(running));
  return [
    {
      name: 'services',
      state: 'idle',
      detail: `none run in ${folder}; stepwell run starts its own, stepwell up some that stay`,
    },
  ];
}

async function probe(whose: string, environment: Environment): Promise<readonly Finding[]> {
  const findings = [
    finding('Temporal', async () => `${await temporalDetail(environment)}, ${whose}`),
    finding('store', async () => `${await storeDetail(environment)}, ${whose}`),
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

async function temporalDetail(environment: Environment): Promise<string> {
  const { client, address, close } = await connectClient(environment);
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
async function storeDetail(environment: Environment): Promise<string> {
  const store = storeOf(environment);
  await checkStore(store);
  return `${store.uri}, with conditional writes`;
}
