import type { Command } from 'commander';
import { counted, formatBytes } from '../../activities/wording/numbers';
import { restore as restoreBackup } from '../../infra/backup/backup';
import { foreignDatabases } from '../../infra/services';
import { print, printJson, say } from '../output';
import { counterOn } from '../progress/counter';
import { DEFAULT_FOLDER } from '../services';

interface RestoreOptions {
  readonly force?: boolean;
  readonly json?: boolean;
  readonly folder: string;
}

export function restore(program: Command): void {
  program
    .command('restore')
    .description('bring back the data of embedded services from a file that stepwell backup wrote')
    .argument('<file>', 'file to read')
    .option('--force', 'replace the data that the folder holds')
    .option('--json', 'print what it came to as JSON')
    .option('--folder <folder>', 'folder of the services and their data', DEFAULT_FOLDER)
    .action(async (file: string, { force = false, json = false, folder }: RestoreOptions) => {
      const counter = counterOn(process.stderr);
      const done = await restoreBackup({
        folder,
        file,
        force,
        onFile: (files, bytes) => counter.show(`hashed ${counted(files, 'file')}, ${formatBytes(bytes)}`),
      }).finally(() => counter.end());
      const foreign = foreignDatabases(folder);
      if (foreign !== undefined) say(foreign);
      if (json) return printJson({ folder, ...done });
      print(
        `${counted(done.files, 'file')}, ${formatBytes(done.bytes)}, are back in ${folder}; studies that were running go on with: stepwell up`,
      );
    });
}
