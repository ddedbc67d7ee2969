import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTemporal } from '../../infra/services';
import { startWatchdog } from './watchdog';

export interface OwnTemporal {
  readonly address: string;
  stop(): Promise<void>;
}

/** A Temporal server that suggests to continue as new after a few events; the default is after 4,096. */
export async function impatientTemporal(events: number): Promise<OwnTemporal> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-impatient-'));
  const watchdog = startWatchdog(folder);
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': events };
  const server = await startTemporal({ folder, dynamicConfig, onSpawn: ({ pid }) => watchdog.guard(pid) });
  return {
    address: server.address,
    stop: async () => {
      watchdog.dismiss();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
