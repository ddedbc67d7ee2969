/**
 * `stepwell down`: the end of what `stepwell up`, or a command that was killed, left running.
 *
 * @module
 */
import path from 'node:path';
import type { Command } from 'commander';
import { stopServices } from '../../infra/services';
import { stopBackground } from '../background';
import { folderOption } from '../folder-option';
import { print, printJson } from '../output';

export function down(program: Command): void {
  program
    .command('down')
    .description('stop the workers, then the servers, that run in the folder; their data stays')
    .addOption(folderOption())
    .option('--json', 'print whether anything ran, as JSON')
    .action(async ({ folder, json = false }: { readonly folder: string; readonly json?: boolean }) => {
      const workers = await stopBackground(folder);
      const servers = await stopServices(folder);
      const stopped = workers || servers;
      if (json) printJson({ folder: path.resolve(folder), stopped });
      else print(stopped ? `stopped; data stays in ${folder}` : `nothing runs in ${folder}`);
    });
}
