import type { Command } from 'commander';
import { counted, formatBytes } from '../../activities/wording/numbers';
import { backUp } from '../../infra/backup/backup';
import { print, printJson } from '../output';
import { counterOn } from '../progress/counter';
import { DEFAULT_FOLDER } from '../services';

interface BackupOptions {
  readonly force?: boolean;
  readonly json?: boolean;
  readonly folder: string;
}

export function backup(program: Command): void {
  program
    .command('backup')
    .description('write all data of the embedded services, which must not run, into one file')
    .argument('<file>', 'file to write')
    .option('--force', 'replace the file if it is there')
    .option('--json', 'print what it came to as JSON')
    .option('--folder <folder>', 'folder of the services and their data', DEFAULT_FOLDER)
    .action(async (file: string, { force = false, json = false, folder }: BackupOptions) => {
      const counter = counterOn(process.stderr);
      const done = await backUp({
        folder,
        file,
        force,
        onFile: (files, bytes) => counter.show(`hashed ${counted(files, 'file')}, ${formatBytes(bytes)}`),
      }).finally(() => counter.end());
      if (json) return printJson({ folder, ...done });
      print(
        `${counted(done.files, 'file')} of ${folder}, ${formatBytes(done.bytes)}, are in ${file}; bring them back with: stepwell restore ${file}`,
      );
    });
}
