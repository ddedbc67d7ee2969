/**
 * `stepwell export`: the trials of a study for other programs.
 *
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { counted } from '../../activities/wording/numbers';
import { CommandError, ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { say } from '../output';

interface ExportOptions {
  readonly format: FormatName;
  readonly out?: string;
  readonly force?: boolean;
  readonly folder: string;
}

type TrialFormats = typeof import('../../activities/interchange/formats').TRIAL_FORMATS;
type FormatName = keyof TrialFormats | 'optuna';

/** `optuna` is short for its SQLite storage. */
const FORMAT_NAMES: readonly FormatName[] = ['csv', 'json', 'parquet', 'optuna', 'optuna-sqlite', 'optuna-journal'];

/** Formats that a terminal can show. */
const TEXTS: readonly FormatName[] = ['csv', 'json', 'optuna-journal'];

export function exportTrials(program: Command): void {
  program
    .command('export')
    .description(
      'write all trials of a study, running or ended, for other programs: a table, or a storage that Optuna opens',
    )
    .argument('<name>', 'name of the study')
    .addOption(
      new Option('--format <format>', 'csv, json, parquet, optuna (SQLite) or optuna-journal')
        .choices(FORMAT_NAMES)
        .default('csv'),
    )
    .option('--out <file>', 'file to write; texts go to stdout without it')
    .option('--force', 'replace the file if it is there')
    .addOption(folderOption())
    .action((name: string, options: ExportOptions) => ofStudy(name, () => exportStudy(name, options)));
}

async function exportStudy(name: string, { format, out, force = false, folder }: ExportOptions): Promise<void> {
  demandPlace(format, out, force);
  // Only this command needs the formats.
  const {
    TRIAL_FORMATS,
  }: typeof import('../../activities/interchange/formats') = require('../../activities/interchange/formats');
  const { studyTrials }: typeof import('../study-trials') = require('../study-trials');
  const study = await studyTrials(name, folder);
  const bytes = await TRIAL_FORMATS[format === 'optuna' ? 'optuna-sqlite' : format].write(study);
  if (out === undefined) return void process.stdout.write(bytes);
  const beside = path.join(path.dirname(out), `.${path.basename(out)}.${process.pid}`);
  await writeFile(beside, bytes);
  await rename(beside, out);
  const isWhole = !format.startsWith('optuna');
  const written = study.trials.filter(
    ({ stageId }) => isWhole || study.sweeps.some((sweep) => sweep.stageId === stageId),
  );
  say(`wrote ${counted(written.length, 'trial')} of ${isWhole ? '' : 'the sweeps of '}study ${name} to ${out}`);
}

/** @throws CommandError before anything is asked for. */
function demandPlace(format: FormatName, out: string | undefined, force: boolean): void {
  if (out === undefined) {
    if (TEXTS.includes(format) || process.stdout.isTTY !== true) return;
    throw new CommandError(`${format} is no text: name a file with --out`, 'badInput', 'OutInvalid');
  }
  if (!existsSync(path.dirname(path.resolve(out))))
    throw new CommandError(`--out must be in a folder that exists, got ${out}`, 'badInput', 'OutInvalid');
  if (!existsSync(out)) return;
  if (statSync(out).isDirectory())
    throw new CommandError(`--out must be a file, got the folder ${out}`, 'badInput', 'OutInvalid');
  if (!force)
    throw new CommandError(
      `${out} is there already; name another file, or replace it with --force`,
      'badInput',
      'OutInvalid',
    );
}
