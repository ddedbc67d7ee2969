/**
 * `stepwell gc`: what no study refers to any more, and what crashes left behind, taken out of the store.
 *
 * @module
 */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Collected } from '../../activities/garbage/collect';
import { counted, formatBytes } from '../../activities/wording/numbers';
import { durationSeconds } from '../arguments';
import { folderOption } from '../folder-option';
import { columns, print, printJson, say } from '../output';
import { openStore } from '../store';

const OLDER_THAN = '7d';

interface GcOptions {
  readonly dryRun?: boolean;
  readonly olderThan: number;
  readonly json?: boolean;
  readonly folder: string;
}

export function gc(program: Command): void {
  program
    .command('gc')
    .description('delete from the store what no study refers to and what crashes left behind; safe while studies run')
    .option('--dry-run', 'only say what would be deleted')
    .addOption(
      new Option(
        '--older-than <duration>',
        'keep what was written later than this, e.g. 12h: finished trials for studies to reuse, unfinished ones to go on from',
      )
        .argParser(durationSeconds)
        .default(durationSeconds(OLDER_THAN), OLDER_THAN),
    )
    .option('--json', 'print what was deleted as JSON')
    .addOption(folderOption())
    .action(collect);
}

async function collect({ dryRun = false, olderThan, json = false, folder }: GcOptions): Promise<void> {
  const { store, close } = await openStore(folder, say);
  try {
    const {
      collectGarbage,
    }: typeof import('../../activities/garbage/collect') = require('../../activities/garbage/collect');
    const collected = await collectGarbage(store, { olderThanSeconds: olderThan, dryRun, onProgress: say });
    const { objects, bytes } = totals(collected);
    if (json) printJson({ store: store.uri, dryRun, olderThanSeconds: olderThan, objects, bytes, ...collected });
    else print(collectedText(collected, dryRun));
  } finally {
    await close();
  }
}

function totals({ items }: Collected): { readonly objects: number; readonly bytes: number } {
  return {
    objects: items.reduce((sum, item) => sum + item.objects, 0),
    bytes: items.reduce((sum, item) => sum + item.bytes, 0),
  };
}

/** What went, a line each. */
export function collectedText(collected: Collected, dryRun: boolean): string {
  const { objects, bytes } = totals(collected);
  const rows = collected.items.map((item) => [
    item.folder,
    counted(item.objects, 'object'),
    formatBytes(item.bytes),
    item.why,
  ]);
  const problems = collected.problems.map((problem) => `left alone: ${problem}`);
  const sum =
    objects === 0
      ? 'nothing to delete'
      : `${dryRun ? 'would delete' : 'deleted'} ${counted(objects, 'object')}, ${formatBytes(bytes)}`;
  return [...(rows.length === 0 ? [] : [columns(rows)]), ...problems, sum].join('\n');
}
