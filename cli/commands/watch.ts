import type { Command } from 'commander';
import { ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { followStudy } from '../follow-study';
import { listenForInterrupt } from '../interrupt';
import { displayFor } from '../progress/display';
import { connectServices } from '../services';

interface WatchOptions {
  readonly json?: boolean;
  readonly folder: string;
}

export function watch(program: Command): void {
  program
    .command('watch')
    .description('show a study while it runs, and its result when it ends')
    .argument('<name>', 'name of the study')
    .option('--json', 'print the result as JSON')
    .addOption(folderOption())
    .action((name: string, options: WatchOptions) => ofStudy(name, () => watchStudy(name, options)));
}

async function watchStudy(name: string, { json = false, folder }: WatchOptions): Promise<void> {
  const interrupt = listenForInterrupt(
    () => `stopped watching; the study goes on, see it with: stepwell watch ${name}`,
  );
  const services = await connectServices(folder);
  try {
    await followStudy({ services, name, json, interrupt, display: displayFor(process.stderr), folder });
  } finally {
    await services.close();
    interrupt.release();
  }
}
