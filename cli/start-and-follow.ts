/**
 * A study that a command has made up from the store: started where `stepwell run` would start it, and followed to its
 * end.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import type { StudyBeginning } from '../workers/client';
import { readClientConfig } from '../workers/config';
import { findBackground } from './background';
import { beginStudy } from './begin-study';
import { followStudy } from './follow-study';
import { listenForInterrupt, unlessInterrupted } from './interrupt';
import { print, printJson } from './output';
import { displayFor } from './progress/display';
import { connectOrStart, leftRunning, namesCluster } from './services';
import type { StudyServices } from './services';

export interface MadeUpStudy {
  readonly name: string;
  /** As in the store, or as changed. */
  readonly study: unknown;
  readonly beginning: StudyBeginning;
}

export interface StartOptions {
  readonly folder: string;
  readonly detach: boolean;
  readonly json: boolean;
  /** Folder that model modules may be loaded from; default: the current one. */
  readonly modelFolder: string | undefined;
  /** May refuse, now that a server is there to ask. */
  readonly check: (services: StudyServices) => Promise<void>;
}

/** Starts the studies; follows the one there is, unless detached. */
export async function startAndFollow(
  studies: readonly MadeUpStudy[],
  { folder, detach, json, modelFolder, check }: StartOptions,
): Promise<void> {
  const display = displayFor(process.stderr);
  const names = studies.map(({ name }) => name);
  let services: StudyServices | undefined;
  const interrupt = listenForInterrupt(
    () => {
      if (services !== undefined && !services.own)
        return `stopped watching; the study goes on, see it with: stepwell watch ${names.join(' ')}`;
      display.note('stopping: trainers write their checkpoints first; press Ctrl-C again to stop at once');
      return `stopped; the study goes on from where it was once workers run again: stepwell up`;
    },
    () => (namesCluster() ? undefined : leftRunning(folder)),
  );
  const models = findBackground(folder)?.modelFolder ?? modelFolder ?? readClientConfig().modelFolder ?? process.cwd();
  const starting = connectOrStart({
    folder,
    fileRoots: studies.flatMap(fileRootsOf),
    modelFolder: models,
    detached: detach,
    onProgress: display.note,
    atOnce: interrupt.atOnce,
  });
  try {
    services = await unlessInterrupted(interrupt, starting);
    await check(services);
    const { client, taskQueuePrefix } = services;
    for (const { name, study, beginning } of studies)
      await beginStudy(client, { name, study, taskQueuePrefix, beginning });
    const [only] = names;
    if (detach || only === undefined || names.length > 1) return announce(names, json);
    await followStudy({ services, name: only, json, interrupt, display, folder });
  } finally {
    // What is being started when Ctrl-C comes must be stopped all the same.
    await starting.then(
      (started) => started.close(),
      () => undefined,
    );
    interrupt.release();
  }
}

function announce(names: readonly string[], json: boolean): void {
  const started = names.map((name) => ({ studyId: name, status: 'running' }));
  if (json) printJson(started.length === 1 ? started[0] : started);
  else for (const name of names) print(`study ${name} has started; see it with: stepwell watch ${name}`);
}

function fileRootsOf({ study }: MadeUpStudy): readonly string[] {
  const { uri } = (study as { readonly dataset?: { readonly uri?: unknown } }).dataset ?? {};
  return typeof uri === 'string' && uri.startsWith('file://') ? [fileURLToPath(uri)] : [];
}
