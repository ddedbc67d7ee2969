import { rmSync } from 'node:fs';
import { TEST_RUN } from './global-setup';
import type { TestRun } from './global-setup';

/** Ends the run's servers, each by its own pid, and removes their folder. */
export default async function globalTeardown(): Promise<void> {
  const run = (globalThis as { [TEST_RUN]?: TestRun })[TEST_RUN];
  if (run === undefined) return;
  run.watchdog.dismiss();
  await Promise.all(run.servers.map((server) => server.stop()));
  run.removeCompiled();
  rmSync(run.folder, { recursive: true, force: true });
}
