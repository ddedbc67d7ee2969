/**
 * `stepwell rerun`: a study again from one of its stages on, for the price of what changed.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { KNOWN_NAMES } from '../../activities/study/known-names';
import { planRerun } from '../../activities/study/rerun';
import type { RerunPlan } from '../../activities/study/rerun';
import type { Setting } from '../../activities/study/settings';
import { absoluteDatasetUri } from '../dataset-uri';
import { CommandError, ofStudy, studyInvalid } from '../failure';
import { folderOption } from '../folder-option';
import { say } from '../output';
import { startAndFollow } from '../start-and-follow';
import { openStore } from '../store';

interface RerunOptions {
  readonly from: string;
  readonly set: readonly Setting[];
  readonly name?: string;
  readonly run?: string;
  readonly fresh?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly modelFolder?: string;
  readonly folder: string;
}

/** More studies of one name than anybody numbers. */
const NUMBER_MAX = 10_000;

export function rerun(program: Command): void {
  program
    .command('rerun')
    .description(
      'start a new study from a stage of another one: the stages before it count as decided, and only what changed is trained',
    )
    .argument('<name>', 'name of the study to begin from')
    .requiredOption('--from <stage>', 'id or name of the stage to begin with')
    .option(
      '--set <path=value>',
      'change a value of the study, e.g. training.epochs=40 or stages.finalTrain.replicates=5; may be repeated',
      setting,
      [],
    )
    .option('--name <new>', 'name of the new study (default: the old one with the next free number)')
    .option('--run <id>', 'run of the study to begin from (default: the newest, whether or not it completed)')
    .option('--fresh', 'train every trial anew instead of reusing results of other studies')
    .option('--detach', 'start the study and return')
    .option('--json', 'print the result as JSON')
    .option('--model-folder <folder>', 'folder that model modules may be bundled from (default: the current folder)')
    .addOption(folderOption())
    .action((name: string, options: RerunOptions) => ofStudy(name, () => rerunStudy(name, options)));
}

/** A value is read as YAML, so that numbers, lists and mappings are what they look like. */
function setting(text: string, before: readonly Setting[]): readonly Setting[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('must be path=value, e.g. training.epochs=40.');
  try {
    return [...before, { path: text.slice(0, at), value: parse(text.slice(at + 1)) as unknown }];
  } catch {
    throw new InvalidArgumentError(`must have a value that is YAML, got ${text.slice(at + 1)}`);
  }
}

async function rerunStudy(source: string, options: RerunOptions): Promise<void> {
  const { folder, fresh = false, detach = false, json = false, modelFolder } = options;
  const { name, plan } = await planned(source, options);
  const { stageIds, changed } = plan.carried.origin;
  say(`study ${name} takes over from ${source}: ${stageIds.length === 0 ? 'nothing' : stageIds.join(', ')}`);
  if (stageIds.length > 0 && changed.length > 0)
    say(`warning: ${changed.join(', ')} changed since those stages decided`);
  const { model } = plan.carried;
  if (model !== undefined && 'module' in model)
    say(`model module ${model.module} is taken as ${source} bundled it, whatever it is now`);
  const beginning = { carried: plan.carried, ...(fresh && { fresh: randomUUID() }) };
  await ofStudy(name, () =>
    startAndFollow([{ name, study: plan.input, beginning }], {
      folder,
      detach,
      json,
      modelFolder,
      check: async () => undefined,
    }),
  );
}

/** @throws StudyUnknown, CommandError with all that is wrong with the request */
async function planned(
  source: string,
  { from, set, name: wanted, run, folder }: RerunOptions,
): Promise<{ readonly name: string; readonly plan: Extract<RerunPlan, { readonly ok: true }> }> {
  const {
    readStudy,
  }: typeof import('../../activities/study/stored-study') = require('../../activities/study/stored-study');
  const { studyIds }: typeof import('../../activities/study/opening') = require('../../activities/study/opening');
  const { store, close } = await openStore(folder, say);
  try {
    const [stored, taken] = [await readStudy(store, source, run), await studyIds(store)];
    if (wanted !== undefined && taken.includes(wanted))
      throw new CommandError(`--name must be a name that no study has yet, got ${wanted}`, 'badInput', 'StudyExists');
    const name = wanted ?? freeName(source, taken);
    const plan = planRerun(stored, { from, name, settings: set.map(withAbsoluteUri) }, KNOWN_NAMES);
    if (!plan.ok) throw studyInvalid(`the rerun of study ${source}`, plan.problems);
    return { name, plan };
  } finally {
    await close();
  }
}

function withAbsoluteUri({ path, value }: Setting): Setting {
  return path === 'dataset.uri' && typeof value === 'string'
    ? { path, value: absoluteDatasetUri(value, process.cwd()).uri }
    : { path, value };
}

function freeName(source: string, taken: readonly string[]): string {
  const base = source.replace(/-\d+$/, '');
  for (let number = 2; number < NUMBER_MAX; number++)
    if (!taken.includes(`${base}-${number}`)) return `${base}-${number}`;
  throw new CommandError(
    `no number up to ${NUMBER_MAX} is free after ${base}; give the rerun a name with --name`,
    'badInput',
    'StudyExists',
  );
}
