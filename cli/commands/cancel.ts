import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelStudy, describeStudy } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import { whoAsks } from '../change-study';
import { CommandError, ofStudy } from '../failure';
import { listenForInterrupt, unlessInterrupted } from '../interrupt';
import type { Interrupt } from '../interrupt';
import { print, printJson, say } from '../output';
import { connectServices, DEFAULT_FOLDER } from '../services';

const LOOK_EVERY_MILLISECONDS = 250;

/** Trials write a checkpoint before they end; a study that takes longer than this has no worker to end it. */
const SAY_WHY_AFTER_SECONDS = 10;

interface CancelOptions {
  readonly json?: boolean;
  readonly folder: string;
}

export function cancel(program: Command): void {
  program
    .command('cancel')
    .description('end a running study in order: its trials write checkpoints, its report is published')
    .argument('<name>', 'name of the study')
    .option('--json', 'print what it came to as JSON')
    .option('--folder <folder>', 'folder of embedded services', DEFAULT_FOLDER)
    .action((name: string, options: CancelOptions) => ofStudy(name, () => endStudy(name, options)));
}

async function endStudy(name: string, { json = false, folder }: CancelOptions): Promise<void> {
  const interrupt = listenForInterrupt(() => `the study will still be cancelled; see it with: stepwell watch ${name}`);
  const services = await connectServices(folder);
  try {
    const status = await cancelAndWait(services.client, name, interrupt);
    if (status !== 'CANCELLED')
      throw new CommandError(
        `study ${name} ended before it could be cancelled: it is ${status.toLowerCase()}`,
        'failed',
        'StudyEnded',
      );
    if (json) printJson({ studyId: name, status: 'cancelled' });
    else print(`study ${name} is cancelled`);
  } finally {
    await services.close();
    interrupt.release();
  }
}

async function cancelAndWait(client: StudyClient, name: string, interrupt: Interrupt): Promise<string> {
  await unlessInterrupted(interrupt, cancelStudy(client, name, { by: whoAsks() }));
  const since = performance.now();
  for (let told = false; ;) {
    const { status: now } = await describeStudy(client, name);
    if (now.name !== 'RUNNING' && now.name !== 'CONTINUED_AS_NEW') return now.name;
    if (!told && performance.now() - since > SAY_WHY_AFTER_SECONDS * 1000) {
      say('waiting for the workers to end the study; if none runs, start them with: stepwell up');
      told = true;
    }
    await unlessInterrupted(interrupt, delay(LOOK_EVERY_MILLISECONDS));
  }
}
