/**
 * `stepwell recover`: studies go on from what the store has of them, after the Temporal server has lost them.
 *
 * @module
 */
import type { Command } from 'commander';
import { counted } from '../../activities/wording/numbers';
import { describeStudy, StudyNotFound } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import type { StoredStudy } from '../../activities/study/stored-study';
import { PLANNER_VERSION } from '../../workflows/driver/planner-version';
import type { ResolvedStudy } from '../../workflows/words/study';
import { CommandError, ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { print, printJson, say } from '../output';
import { connectServices } from '../services';
import { startAndFollow } from '../start-and-follow';
import type { MadeUpStudy } from '../start-and-follow';
import { openStore } from '../store';

interface RecoverOptions {
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly modelFolder?: string;
  readonly folder: string;
}

export function recover(program: Command): void {
  program
    .command('recover')
    .description(
      'go on with a study that the Temporal server has lost, from what the store has of it: nothing decided or trained is done twice',
    )
    .argument('[name]', 'name of the study (default: all that are unfinished)')
    .option('--detach', 'start what is recovered and return; needed for several studies')
    .option('--json', 'print the result as JSON')
    .option('--model-folder <folder>', 'folder that model modules may be bundled from (default: the current folder)')
    .addOption(folderOption())
    .action((name: string | undefined, options: RecoverOptions) =>
      name === undefined ? recoverAll(undefined, options) : ofStudy(name, () => recoverAll(name, options)),
    );
}

async function recoverAll(
  name: string | undefined,
  { folder, detach = false, json = false, modelFolder }: RecoverOptions,
): Promise<void> {
  const { store, close } = await openStore(folder, say);
  let studies: readonly MadeUpStudy[];
  try {
    const {
      unfinishedStudies,
    }: typeof import('../../activities/study/stored-study') = require('../../activities/study/stored-study');
    const names = name === undefined ? await lost(await unfinishedStudies(store), folder) : [name];
    if (names.length === 0)
      return json ? printJson([]) : print('nothing to recover: every study in the store has ended or runs');
    if (names.length > 1 && !detach)
      throw new CommandError(
        `${names.length} studies can be recovered: ${names.join(', ')}; name one, or recover all with --detach`,
        'badInput',
        'NameMissing',
      );
    studies = [];
    for (const one of names) studies = [...studies, await recovered(store, one)];
    // The servers may be this command's own: they stay up until the studies have been started on them.
    await startAndFollow(studies, {
      folder,
      detach,
      json,
      modelFolder,
      check: async ({ client }) => demandLost(client, names),
    });
  } finally {
    await close();
  }
}

async function recovered(store: Awaited<ReturnType<typeof openStore>>['store'], name: string): Promise<MadeUpStudy> {
  const {
    readStudy,
  }: typeof import('../../activities/study/stored-study') = require('../../activities/study/stored-study');
  const { recoveryOf }: typeof import('../../activities/study/recovery') = require('../../activities/study/recovery');
  const stored = await readStudy(store, name);
  if (stored.ended !== undefined) {
    throw new CommandError(
      `study ${name} is ${stored.ended}: there is nothing to recover; to go on from it, see stepwell rerun --help`,
      'failed',
      'StudyEnded',
    );
  }
  const { opening, decided } = stored;
  const { asked, study: before } = opening;
  say(`study ${name}: ${decided.length} of ${counted(before.stages.length, 'stage')} had been decided`);
  const study = plannable(stored);
  return { name, study: asked, beginning: await recoveryOf(store, { ...stored, opening: { ...opening, study } }) };
}

/** As it began, or, where this Stepwell has another planner, for that one from the next stage on. */
function plannable({ opening, decided }: StoredStudy): ResolvedStudy {
  const { study, studyId } = opening;
  if (study.plannerVersion === PLANNER_VERSION) return study;
  const { replanned }: typeof import('../../activities/study/replan') = require('../../activities/study/replan');
  const anew = replanned(opening, decided.length);
  const versions = `planner version ${study.plannerVersion}, and this Stepwell has ${PLANNER_VERSION}`;
  if (typeof anew === 'string')
    throw new CommandError(
      `study ${studyId} began with ${versions}, which cannot go on with it: ${anew}; recover it with a Stepwell of version ${study.plannerVersion}`,
      'failed',
      'PlannerUnknown',
    );
  say(`study ${studyId} began with ${versions}: what has been decided stays, and its stages go on by the new one`);
  return anew;
}

/** Those of the unfinished studies that the server does not run. */
async function lost(names: readonly string[], folder: string): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const services = await connectServices(folder);
  try {
    const running = await Promise.all(names.map((name) => runs(services.client, name)));
    return names.filter((_, i) => running[i] !== true);
  } finally {
    await services.close();
  }
}

async function demandLost(client: StudyClient, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (await runs(client, name))
      throw new CommandError(
        `study ${name} runs: nothing of it is lost; see it with: stepwell watch ${name}`,
        'failed',
        'StudyRunning',
      );
  }
}

async function runs(client: StudyClient, name: string): Promise<boolean> {
  try {
    return (await describeStudy(client, name)).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof StudyNotFound) return false;
    throw error;
  }
}
