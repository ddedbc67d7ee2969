import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelStudy, describeStudy, plannerRefusal, terminateStudy } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import { whoAsks } from '../change-study';
import { CommandError, ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { listenForInterrupt, unlessInterrupted } from '../interrupt';
import type { Interrupt } from '../interrupt';
import { print, printJson, say } from '../output';
import { connectServices } from '../services';

const LOOK_EVERY_MILLISECONDS = 250;

/** Trials write a checkpoint before they end; a study that takes longer than this has no worker to end it. */
const SAY_WHY_AFTER_SECONDS = 10;

/** During an upgrade a worker of the other version may take a task once. */
const STRANDED_AFTER_SECONDS = 3;

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
    .addOption(folderOption())
    .action((name: string, options: CancelOptions) => ofStudy(name, () => endStudy(name, options)));
}

async function endStudy(name: string, { json = false, folder }: CancelOptions): Promise<void> {
  const interrupt = listenForInterrupt(() => `the study will still be cancelled; see it with: stepwell watch ${name}`);
  const services = await connectServices(folder);
  try {
    const status = await cancelAndWait(services.client, name, interrupt);
    if (status === 'STRANDED') return sayEnded(name, json);
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

/** Of a study that no worker could end in order. */
function sayEnded(name: string, json: boolean): void {
  if (json) printJson({ studyId: name, status: 'terminated' });
  else
    print(
      `study ${name} is ended; go on from its last decision, with all that it trained, by: stepwell recover ${name}`,
    );
}

/** @returns The server's word for how it ended, or `STRANDED` where nobody could end it in order. */
async function cancelAndWait(client: StudyClient, name: string, interrupt: Interrupt): Promise<string> {
  await unlessInterrupted(interrupt, cancelStudy(client, name, { by: whoAsks() }));
  const since = performance.now();
  const waited = (): number => (performance.now() - since) / 1000;
  for (let told = false; ;) {
    const description = await describeStudy(client, name);
    const now = description.status;
    if (now.name !== 'RUNNING' && now.name !== 'CONTINUED_AS_NEW') return now.name;
    const refusal = await plannerRefusal(client.client, description);
    if (refusal !== undefined && waited() > STRANDED_AFTER_SECONDS) {
      say(`${refusal}; as none is there, the study is ended without its report`);
      await terminateStudy(client, name, `cancelled by ${whoAsks()}; ${refusal}`);
      return 'STRANDED';
    }
    if (!told && waited() > SAY_WHY_AFTER_SECONDS) {
      say('waiting for the workers to end the study; if none runs, start them with: stepwell up');
      told = true;
    }
    await unlessInterrupted(interrupt, delay(LOOK_EVERY_MILLISECONDS));
  }
}
