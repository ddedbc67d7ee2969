/**
 * `stepwell report`: where the page of a study is.
 *
 * @module
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { objectFolder } from '../../infra/services/versitygw';
import { CommandError, ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { openFile } from '../open-file';
import { print, printJson } from '../output';
import { localPath } from '../result';
import { namesCluster } from '../services';
import { openStoreToRead } from '../store';

interface ReportOptions {
  readonly open?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly folder: string;
}

export function report(program: Command): void {
  program
    .command('report')
    .description('the page with the evidence of every decision of a study that has ended: its file, or shown at once')
    .argument('<name>', 'name of the study')
    .option('--open', 'show it in the browser')
    .option('--out <file>', 'file to write it to (default: where the embedded store has it, else a temporary one)')
    .option('--json', 'print the name of the file as JSON')
    .addOption(folderOption())
    .action((name: string, options: ReportOptions) => ofStudy(name, () => showReport(name, options)));
}

async function showReport(name: string, { open = false, out, json = false, folder }: ReportOptions): Promise<void> {
  const { studyKey }: typeof import('../../activities/study/study-keys') = require('../../activities/study/study-keys');
  const key = studyKey(name, 'report.html');
  const { store, close } = openStoreToRead(folder);
  try {
    const storeFolder = namesCluster() ? undefined : objectFolder(path.resolve(folder));
    const local = out === undefined ? localPath(`${store.uri}${key}`, storeFolder) : undefined;
    const file = local ?? out ?? path.join(tmpdir(), `stepwell-${name}-report.html`);
    const found = local === undefined ? await store.getFile(key, file) : await store.head(key);
    if (found === undefined)
      throw new CommandError(
        `study ${name} has no report in ${store.uri}: it is written when a study ends; see stepwell list and stepwell show ${name}`,
        'failed',
        'ReportMissing',
      );
    if (json) printJson({ studyId: name, file: path.resolve(file) });
    else print(file);
    if (open) await openFile(path.resolve(file));
  } finally {
    await close();
  }
}
