import type { Command } from 'commander';
import { describeStudy, observeStudy, studyHandle } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import type { StudyProgress, StudyResult } from '../../workflows/contract';
import { CommandError } from '../failure';
import { print, printJson } from '../output';
import { resultText } from '../result';
import { connectServices, DEFAULT_FOLDER } from '../services';
import { showText } from '../show-text';

interface ShowOptions {
  readonly json?: boolean;
  readonly folder: string;
}

/** What is known of a study: its own answer while a tuner worker lives, its result once it is completed. */
interface StudyRecordView {
  readonly studyId: string;
  readonly status: string;
  readonly progress: StudyProgress | null;
  readonly result: StudyResult | null;
}

export function show(program: Command): void {
  program.command('show')
    .description("show a study's decisions, trials and recoveries")
    .argument('<name>', 'name of the study')
    .option('--json', 'print them as JSON')
    .option('--folder <folder>', 'folder of embedded services', DEFAULT_FOLDER)
    .action(async (name: string, { json, folder }: ShowOptions) => {
      const services = await connectServices(folder);
      try {
        const known = await studyRecord(services.client, name);
        if (json === true) return printJson(known);
        if (known.progress !== null) print(showText(known.progress));
        if (known.result !== null) print(`${known.progress === null ? '' : '\n'}${resultText(known.result, services.storeFolder)}`);
      } finally {
        await services.close();
      }
    });
}

async function studyRecord(client: StudyClient, name: string): Promise<StudyRecordView> {
  const { status } = await describeStudy(client, name);
  const result = status.name === 'COMPLETED' ? await studyHandle(client, name).result() : null;
  const look = observeStudy(client, name);
  let observation = await look();
  while (observation.progress === undefined && observation.tunerAnswers) observation = await look();
  if (observation.progress === undefined && result === null) {
    const message = `study ${name} is ${status.name.toLowerCase()}, and no tuner worker runs that could tell more; start one with: stepwell worker tuner`;
    throw new CommandError(message, 'environment', 'NoTunerWorker');
  }
  return { studyId: name, status: status.name.toLowerCase(), progress: observation.progress ?? null, result };
}
