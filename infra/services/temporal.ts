import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { prepareFolder } from './folder';
import { choosePort, LOOPBACK } from './ports';
import { requireProgram } from './programs';
import type { ProcessIdentity } from './programs';
import { startServer, surroundings } from './server';
import type { Server, ServerPlan } from './server';
import { temporalDatabase } from './temporal-database';

export const NAMESPACE = 'default';

/** How long the server keeps what has ended; the development server's own 24 hours lose a weekend's studies. */
const RETENTION_HOURS = 720;

/**
 * The server's defaults are made for hundreds of shards; this one has one. With them a trivial activity takes 100 ms
 * from result to result (20 polls a second, two hops), with these a third of that. The new matcher obeys priorities;
 * server 1.32 has it by default, one of 1.29 on PATH does not.
 */
const DYNAMIC_CONFIG: Readonly<Record<string, number | boolean>> = {
  'history.transferProcessorMaxPollRPS': 1000,
  'history.timerProcessorMaxPollRPS': 1000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.useNewMatcher': true,
  'frontend.enableServerVersionCheck': false,
};

/**
 * A commit then costs no fsync, and no process's death loses one; a power cut may lose the last, as store and trials
 * allow.
 */
const SQLITE_PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'];

const COMMAND_SECONDS_MAX = 5;

export interface TemporalOptions {
  readonly folder: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly uiPort?: number;
  /** Settings of the server beside or instead of ours. */
  readonly dynamicConfig?: Readonly<Record<string, number | boolean>>;
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

/** Where a Temporal server listens. */
export interface TemporalPorts {
  readonly port: number;
  readonly uiPort: number;
}

/** Temporal's development server with its database in the folder. @throws ServiceFailed, ServiceUnavailable */
export async function startTemporal({ folder, onSpawn, dynamicConfig, ...wanted }: TemporalOptions): Promise<Server> {
  const home = prepareFolder(folder);
  const port = wanted.port ?? (await choosePort(undefined));
  const uiPort = wanted.uiPort ?? (await choosePort(undefined, [port]));
  const server = await startServer({
    ...temporalPlan(home, { port, uiPort }, dynamicConfig),
    ...(onSpawn && { onSpawn }),
  });
  await raiseRetention(server.address, home);
  return server;
}

/** How the server is run, and asked whether it is well. */
export function temporalPlan(
  folder: string,
  { port, uiPort }: TemporalPorts,
  dynamicConfig: TemporalOptions['dynamicConfig'] = {},
): ServerPlan {
  const program = requireProgram('temporal');
  const address = `${LOOPBACK}:${port}`;
  const settings = Object.entries({ ...DYNAMIC_CONFIG, ...dynamicConfig }).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${JSON.stringify(value)}`,
  ]);
  return {
    name: 'the Temporal server',
    program: program.path,
    args: [
      'server',
      'start-dev',
      '--ip',
      LOOPBACK,
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
      '--namespace',
      NAMESPACE,
      '--db-filename',
      // Relative to its working folder: the server reads a name as an address, in which a folder's #, ? or ; would count.
      path.basename(temporalDatabase(folder, program)),
      '--log-level',
      'warn',
      ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
      ...settings,
    ],
    environment: {},
    folder,
    logFile: path.join(folder, 'temporal.log'),
    address,
    isHealthy: async () => (await retentionSeconds(address, folder)) !== undefined,
  };
}

async function raiseRetention(address: string, folder: string): Promise<void> {
  if ((await retentionSeconds(address, folder)) === RETENTION_HOURS * 3600) return;
  await operate(address, folder, [
    'namespace',
    'update',
    '--namespace',
    NAMESPACE,
    '--retention',
    `${RETENTION_HOURS}h`,
  ]);
}

/** Undefined while the server does not answer. */
async function retentionSeconds(address: string, folder: string): Promise<number | undefined> {
  try {
    const { config } = JSON.parse(
      await operate(address, folder, ['namespace', 'describe', '--namespace', NAMESPACE, '--output', 'json']),
    ) as { readonly config?: { readonly workflowExecutionRetentionTtl?: string } };
    return Number.parseInt(config?.workflowExecutionRetentionTtl ?? '', 10);
  } catch {
    return undefined;
  }
}

async function operate(address: string, folder: string, command: readonly string[]): Promise<string> {
  const args = ['operator', ...command, '--address', address, '--command-timeout', `${COMMAND_SECONDS_MAX}s`];
  const { stdout } = await promisify(execFile)(requireProgram('temporal').path, args, {
    env: surroundings(folder),
    timeout: 2 * COMMAND_SECONDS_MAX * 1000,
  });
  return stdout;
}
