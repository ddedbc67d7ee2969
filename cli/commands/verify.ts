/**
 * `stepwell verify`: whether everything that a study refers to is in the store as it was written.
 *
 * @module
 */
import type { Command } from 'commander';
import type { Checked } from '../../activities/verify/object-checks';
import { counted, formatBytes } from '../../activities/wording/numbers';
import { EXIT_CODES } from '../exit-codes';
import { ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { print, printJson } from '../output';
import { counterOn } from '../progress/counter';
import { openStoreToRead } from '../store';

interface VerifyOptions {
  readonly json?: boolean;
  readonly folder: string;
}

export function verify(program: Command): void {
  program
    .command('verify')
    .description(
      'read back and hash everything that a study refers to: data set, trials, checkpoints, weights, models, records',
    )
    .argument('<name>', 'name of the study')
    .option('--json', 'print what was found as JSON')
    .addOption(folderOption())
    .action((name: string, options: VerifyOptions) => ofStudy(name, () => verifyAll(name, options)));
}

async function verifyAll(name: string, { json = false, folder }: VerifyOptions): Promise<void> {
  const { store, close } = openStoreToRead(folder);
  const counter = counterOn(process.stderr);
  try {
    const {
      verifyStudy,
    }: typeof import('../../activities/verify/verify-study') = require('../../activities/verify/verify-study');
    const checked = await verifyStudy(store, name, ({ objects, bytes, damage }) =>
      counter.show(`verified ${counted(objects, 'object')}, ${formatBytes(bytes)}; damaged: ${damage.length}`),
    );
    counter.end();
    if (json) printJson({ studyId: name, ok: checked.damage.length === 0, ...checked });
    else print(checkedText(name, checked));
    if (checked.damage.length > 0) process.exitCode = EXIT_CODES.failed.code;
  } finally {
    await close();
  }
}

/** All damage, three lines each, or that there is none. */
export function checkedText(name: string, { objects, bytes, damage }: Checked): string {
  const all = `${counted(objects, 'object')}, ${formatBytes(bytes)}`;
  if (damage.length === 0) return `study ${name} is whole: ${all}`;
  const found = damage.map(
    ({ key, expected, actual, fix }) => `${key}\n  expected ${expected}, got ${actual}\n  ${fix}`,
  );
  return [...found, `study ${name} is damaged: ${damage.length} of ${all}`].join('\n');
}
