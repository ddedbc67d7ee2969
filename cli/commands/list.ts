import type { Command } from 'commander';
import { formatElapsed } from '../../activities/wording/numbers';
import type { StoredStatus } from '../../activities/study/stored-view';
import { listStudies } from '../../workers/client';
import type { StudyListing } from '../../workers/client';
import { folderOption } from '../folder-option';
import { columns, print, printJson, say } from '../output';
import { connectServices } from '../services';
import { isAtRest, openStoreToRead } from '../store';

interface ListOptions {
  readonly json?: boolean;
  readonly folder: string;
}

const NONE = 'no studies yet; start one with: stepwell run study.yaml';

export function list(program: Command): void {
  program
    .command('list')
    .description('list running and finished studies, the newest first')
    .option('--json', 'print them as JSON')
    .addOption(folderOption())
    .action(async ({ json, folder }: ListOptions) => {
      if (isAtRest(folder)) return listStored(folder, json);
      const services = await connectServices(folder);
      try {
        const studies = await listStudies(services.client, services.taskQueuePrefix);
        if (json === true) return printJson(studies);
        print(studies.length === 0 ? NONE : listText(studies, new Date()));
      } finally {
        await services.close();
      }
    });
}

async function listStored(folder: string, json = false): Promise<void> {
  const {
    listStoredStudies,
  }: typeof import('../../activities/study/stored-view') = require('../../activities/study/stored-view');
  const { store, close } = openStoreToRead(folder);
  try {
    const studies = (await listStoredStudies(store)).map((study) => ({ ...study, stage: null }));
    if (json) return printJson(studies);
    print(studies.length === 0 ? NONE : listText(studies, new Date()));
    if (studies.some(({ status }) => status === 'unfinished'))
      say(`nothing runs in ${folder}: an unfinished study goes on with stepwell run and its file, or stepwell up`);
  } finally {
    await close();
  }
}

type Listed = Omit<StudyListing, 'status'> & { readonly status: StudyListing['status'] | StoredStatus };

/** Studies as a table; how long an unfinished one took is not known. */
export function listText(studies: readonly Listed[], now: Date): string {
  const rows = studies.map(({ name, status, stage, startedAt, closedAt }) => {
    const seconds = ((closedAt === null ? now : new Date(closedAt)).getTime() - new Date(startedAt).getTime()) / 1000;
    const duration = status === 'unfinished' ? '-' : formatElapsed(Math.max(0, seconds));
    return [name, status, stage ?? '-', startedAt.slice(0, 19).replace('T', ' '), duration];
  });
  return columns([['name', 'status', 'stage', 'started (UTC)', 'duration'], ...rows]);
}
