import type { Command } from 'commander';
import { formatElapsed } from '../../activities/wording/numbers';
import { listStudies } from '../../workers/client';
import type { StudyListing } from '../../workers/client';
import { columns, print, printJson } from '../output';
import { connectServices, DEFAULT_FOLDER } from '../services';

interface ListOptions {
  readonly json?: boolean;
  readonly folder: string;
}

export function list(program: Command): void {
  program
    .command('list')
    .description('list running and finished studies, the newest first')
    .option('--json', 'print them as JSON')
    .option('--folder <folder>', 'folder of embedded services', DEFAULT_FOLDER)
    .action(async ({ json, folder }: ListOptions) => {
      const services = await connectServices(folder);
      try {
        const studies = await listStudies(services.client, services.taskQueuePrefix);
        if (json === true) return printJson(studies);
        print(
          studies.length === 0
            ? 'no studies yet; start one with: stepwell run study.yaml'
            : listText(studies, new Date()),
        );
      } finally {
        await services.close();
      }
    });
}

/** Studies as a table. */
export function listText(studies: readonly StudyListing[], now: Date): string {
  const rows = studies.map(({ name, status, stage, startedAt, closedAt }) => {
    const seconds = ((closedAt === null ? now : new Date(closedAt)).getTime() - new Date(startedAt).getTime()) / 1000;
    return [name, status, stage ?? '-', startedAt.slice(0, 19).replace('T', ' '), formatElapsed(Math.max(0, seconds))];
  });
  return columns([['name', 'status', 'stage', 'started (UTC)', 'duration'], ...rows]);
}
