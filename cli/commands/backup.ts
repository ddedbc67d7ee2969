/**
 * `stepwell backup` and `stepwell restore`: all data of a folder's services into one file, and back.
 *
 * @module
 */
import type { Command } from 'commander';
import { counted, formatBytes } from '../../activities/wording/numbers';
import { backUp, restore as restoreBackup } from '../../infra/backup/backup';
import { foreignDatabases } from '../../infra/services';
import { folderOption } from '../folder-option';
import { print, printJson, say } from '../output';
import { counterOn } from '../progress/counter';

export const backup = archiveVerb({
  name: 'backup',
  description: 'write all data of the embedded services, which must not run, into one file',
  file: 'file to write',
  force: 'replace the file if it is there',
  work: backUp,
  answer: (files, bytes, { folder, file }) =>
    `${files} of ${folder}, ${bytes}, are in ${file}; bring them back with: stepwell restore ${file}`,
});

export const restore = archiveVerb({
  name: 'restore',
  description: 'bring back the data of embedded services from a file that stepwell backup wrote',
  file: 'file to read',
  force: 'replace the data that the folder holds',
  work: restoreBackup,
  caution: foreignDatabases,
  answer: (files, bytes, { folder }) =>
    `${files}, ${bytes}, are back in ${folder}; studies that were running go on with: stepwell up`,
});

interface ArchiveVerb {
  readonly name: string;
  readonly description: string;
  /** What the argument and `--force` mean. */
  readonly file: string;
  readonly force: string;
  readonly work: typeof backUp | typeof restoreBackup;
  /** What else there is to say of the folder, if anything. */
  readonly caution?: (folder: string) => string | undefined;
  readonly answer: (files: string, bytes: string, at: { readonly folder: string; readonly file: string }) => string;
}

interface ArchiveOptions {
  readonly force?: boolean;
  readonly json?: boolean;
  readonly folder: string;
}

function archiveVerb({ name, description, work, caution, answer, ...means }: ArchiveVerb): (program: Command) => void {
  return (program) => {
    program
      .command(name)
      .description(description)
      .argument('<file>', means.file)
      .option('--force', means.force)
      .option('--json', 'print what it came to as JSON')
      .addOption(folderOption())
      .action(async (file: string, { force = false, json = false, folder }: ArchiveOptions) => {
        const counter = counterOn(process.stderr);
        const done = await work({
          folder,
          file,
          force,
          onFile: (files, bytes) => counter.show(`hashed ${counted(files, 'file')}, ${formatBytes(bytes)}`),
        }).finally(() => counter.end());
        const cautious = caution?.(folder);
        if (cautious !== undefined) say(cautious);
        if (json) printJson({ folder, ...done });
        else print(answer(counted(done.files, 'file'), formatBytes(done.bytes), { folder, file }));
      });
  };
}
