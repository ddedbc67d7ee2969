/**
 * Both servers up: adopted where they run, started where they do not. Callers hold the folder's lock.
 *
 * @module
 */
import { ServiceFailed } from './errors';
import { choosePort } from './ports';
import { pause, stopProcess } from './process-end';
import { isRunning } from './programs';
import type { ProcessIdentity } from './programs';
import { readRecord, recordServer } from './record';
import type { Ports, ServerRecord, ServiceKind } from './record';
import type { Server, ServerPlan } from './server';
import { startTemporal, temporalPlan } from './temporal';
import { foreignDatabases } from './temporal-database';
import { startVersitygw, versitygwPlan } from './versitygw';

export interface EnsureOptions {
  readonly folder: string;
  /** Ports that must be these; all others are the recorded ones where free. */
  readonly ports: { readonly [kind in ServiceKind]?: Partial<Ports> };
  readonly onProgress: (text: string) => void;
}

type OnSpawn = (identity: ProcessIdentity) => void;

interface Kind {
  readonly title: string;
  readonly hasUi: boolean;
  plan(folder: string, ports: Ports): ServerPlan;
  start(folder: string, ports: Ports, onSpawn: OnSpawn): Promise<Server>;
}

const KINDS: Readonly<Record<ServiceKind, Kind>> = {
  temporal: {
    title: 'Temporal server',
    hasUi: true,
    plan: (folder, { port, uiPort = port + 1 }) => temporalPlan(folder, { port, uiPort }),
    start: (folder, ports, onSpawn) => startTemporal({ folder, ...ports, onSpawn }),
  },
  versitygw: {
    title: 'S3 server',
    hasUi: false,
    plan: (folder, { port }) => versitygwPlan(folder, port),
    start: (folder, { port }, onSpawn) => startVersitygw({ folder, port, onSpawn }),
  },
};

/** A busy server answers late; only one that is silent this long is taken for hung. */
const ADOPT_SECONDS_MAX = 10;
const POLL_MILLISECONDS = 100;

/** Another program may take a port between its choice and its use. */
const PORT_TRIES = 3;

/** @throws ServiceFailed, ServiceUnavailable; a server that was started here is then ended again. */
export async function ensureServers(options: EnsureOptions): Promise<void> {
  const foreign = foreignDatabases(options.folder);
  if (foreign !== undefined) options.onProgress(foreign);
  const kinds: readonly ServiceKind[] = ['temporal', 'versitygw'];
  const outcomes = await Promise.allSettled(kinds.map((kind) => ensureServer(kind, options)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  await Promise.all(outcomes.map(async (outcome) => outcome.status === 'fulfilled' && outcome.value?.stop()));
  throw failed.reason;
}

/** @returns The server if it was started; undefined if it ran already. */
async function ensureServer(
  kind: ServiceKind,
  { folder, ports, onProgress }: EnsureOptions,
): Promise<Server | undefined> {
  const { title, plan } = KINDS[kind];
  const fixed = ports[kind] ?? {};
  const record = readRecord(folder).servers[kind];
  if (record?.process !== undefined && isRunning(record.process)) {
    if (await isHealthy(plan(folder, record), record.process)) {
      demandSamePorts(title, record, fixed);
      return undefined;
    }
    onProgress(`the ${title} gives no answer and is ended [pid=${record.process.pid}]`);
    await stopProcess(record.process);
  } else if (record?.process !== undefined) {
    onProgress(`the ${title} has ended unexpectedly [pid=${record.process.pid}]`);
  }
  return startOnPorts(kind, record, { folder, ports, onProgress });
}

async function startOnPorts(
  kind: ServiceKind,
  record: ServerRecord | undefined,
  { folder, ports, onProgress }: EnsureOptions,
): Promise<Server> {
  const { title, start } = KINDS[kind];
  for (let i = 1; ; i++) {
    const chosen = await choosePorts(kind, record, ports[kind] ?? {});
    if (record !== undefined && chosen.port !== record.port)
      onProgress(`port ${record.port} is taken; the ${title} moves to ${chosen.port}`);
    onProgress(`starting the ${title}`);
    try {
      return await start(folder, chosen, (identity) => recordServer(folder, kind, { ...chosen, process: identity }));
    } catch (error) {
      const mayMove = error instanceof ServiceFailed && error.reason === 'portTaken' && ports[kind]?.port === undefined;
      if (!mayMove || i === PORT_TRIES) throw error;
    }
  }
}

async function choosePorts(kind: ServiceKind, record: ServerRecord | undefined, fixed: Partial<Ports>): Promise<Ports> {
  const port = fixed.port ?? (await choosePort(record?.port));
  if (!KINDS[kind].hasUi) return { port };
  return { port, uiPort: fixed.uiPort ?? (await choosePort(record?.uiPort, [port])) };
}

async function isHealthy(plan: ServerPlan, identity: ProcessIdentity): Promise<boolean> {
  const giveUpAt = performance.now() + ADOPT_SECONDS_MAX * 1000;
  while (isRunning(identity) && performance.now() < giveUpAt) {
    if (await plan.isHealthy()) return true;
    await pause(POLL_MILLISECONDS);
  }
  return false;
}

function demandSamePorts(title: string, record: ServerRecord, fixed: Partial<Ports>): void {
  const differs = (fixed.port ?? record.port) !== record.port || (fixed.uiPort ?? record.uiPort) !== record.uiPort;
  if (!differs) return;
  const text = `the ${title} runs already, at port ${record.port} instead of ${String(fixed.port ?? fixed.uiPort)}; end it with stepwell down first`;
  throw new ServiceFailed(text, 'folderBusy');
}
