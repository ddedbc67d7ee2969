/**
 * The process that keeps servers and workers up after `stepwell up` has returned: `stepwell up --foreground`, apart.
 *
 * @module
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isWithin } from '../activities/path-within';
import {
  findServices,
  identify,
  isRunning,
  prepareFolder,
  readJson,
  stopProcess,
  withFolderLock,
  writeJson,
} from '../infra/services';
import type { ProcessIdentity, RunningServices } from '../infra/services';
import { readClientConfig } from '../workers/config';
import { CommandError } from './failure';
import { forkSelf } from './fork-self';
import type { ForkedSelf } from './fork-self';

export interface BackgroundSettings {
  readonly folder: string;
  readonly fileRoots: readonly string[];
  readonly modelFolder: string;
}

/** What a folder knows of its background process. */
export interface Background extends Omit<BackgroundSettings, 'folder'> {
  readonly process: ProcessIdentity;
  /** Servers and workers are up. */
  readonly ready: boolean;
}

/** Beyond the time of its workers: what they may take before they are ended by force, and 10 s for its servers. */
const STOP_MARGIN_SECONDS = 35;
const POLL_MILLISECONDS = 100;

/** The folder's live background process. */
export function findBackground(folder: string): Background | undefined {
  const found = readJson<Background>(recordFile(folder));
  return found !== undefined && isRunning(found.process) ? found : undefined;
}

/** Makes this process the folder's background process. @throws CommandError if there is one. */
export async function claimBackground({ folder, fileRoots, modelFolder }: BackgroundSettings): Promise<void> {
  await withFolderLock(prepareFolder(folder), async () => {
    const other = findBackground(folder);
    if (other !== undefined)
      throw new CommandError(
        `stepwell up runs already in ${folder} [pid=${other.process.pid}]; end it with stepwell down`,
        'failed',
        'AlreadyUp',
      );
    const self = identify(process.pid);
    if (self !== undefined)
      writeJson(recordFile(folder), { process: self, ready: false, fileRoots, modelFolder } satisfies Background);
  });
}

export function announceReady(folder: string): void {
  writeJson(recordFile(folder), { ...readJson<Background>(recordFile(folder)), ready: true });
}

/**
 * Starts the background process unless it runs, and waits until its servers and workers are up.
 * @throws CommandError with its last words.
 */
export async function startBackground(settings: BackgroundSettings): Promise<RunningServices> {
  const folder = prepareFolder(settings.folder);
  const running = findBackground(folder);
  if (running !== undefined) demandFolders(running, settings);
  const forked = running === undefined ? forkBackground(folder, settings) : undefined;
  let ended = forked === undefined;
  void forked?.ended.then(() => {
    ended = true;
  });
  for (;;) {
    const background = findBackground(folder);
    const services = background?.ready === true ? findServices(folder) : undefined;
    if (services !== undefined) return services;
    if (background === undefined && ended) {
      throw new CommandError(
        forked?.lastWords() ?? `stepwell up ended while it started in ${folder}; try again`,
        'environment',
        forked?.failure() ?? 'ServiceFailed',
      );
    }
    await delay(POLL_MILLISECONDS);
  }
}

/** Ends the background process, with its workers and servers. @returns Whether there was one. */
export async function stopBackground(folder: string): Promise<boolean> {
  const background = findBackground(folder);
  if (background === undefined) return false;
  await stopProcess(background.process, readClientConfig().stopSeconds + STOP_MARGIN_SECONDS);
  rmSync(recordFile(folder), { force: true });
  return true;
}

export function backgroundLog(folder: string): string {
  return path.join(path.resolve(folder), 'up.log');
}

function recordFile(folder: string): string {
  return path.join(path.resolve(folder), 'background.json');
}

function forkBackground(folder: string, { fileRoots, modelFolder }: BackgroundSettings): ForkedSelf {
  const roots = fileRoots.flatMap((root) => ['--file-root', root]);
  const forked = forkSelf({
    args: ['up', '--foreground', '--folder', folder, '--model-folder', modelFolder, ...roots],
    logFile: backgroundLog(folder),
  });
  forked.child.unref();
  forked.child.channel?.unref();
  return forked;
}

/** Workers that run may not be able to read what this command needs. */
function demandFolders({ fileRoots, modelFolder }: Background, wanted: BackgroundSettings): void {
  const missing = wanted.fileRoots.filter(
    (root) => !fileRoots.some((allowed) => isWithin(path.resolve(root), path.resolve(allowed))),
  );
  if (missing.length === 0 && path.resolve(modelFolder) === path.resolve(wanted.modelFolder)) return;
  const has = `may read data sets from ${fileRoots.join(', ')} and models from ${modelFolder}`;
  const fix = `run stepwell down, then stepwell up ${wanted.fileRoots.map((root) => `--file-root ${root} `).join('')}--model-folder ${wanted.modelFolder}`;
  throw new CommandError(`the workers that run in ${wanted.folder} ${has}; for others, ${fix}`, 'failed', 'AlreadyUp');
}
