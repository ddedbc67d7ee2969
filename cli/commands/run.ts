/**
 * `stepwell run`: a study from its file to its result.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { listStudies, runningStudy } from '../../workers/client';
import { findBackground } from '../background';
import { beginStudy } from '../begin-study';
import { CommandError, ofStudy } from '../failure';
import { folderOption } from '../folder-option';
import { followStudy } from '../follow-study';
import { importFolders } from '../import-uris';
import { listenForInterrupt, unlessInterrupted } from '../interrupt';
import { loadStudy, ownModelFolder } from '../load-study';
import type { LoadedStudy } from '../load-study';
import { print, printJson, say } from '../output';
import { displayFor } from '../progress/display';
import { connectOrStart, leftRunning, namesCluster } from '../services';
import type { StudyServices } from '../services';

interface RunOptions {
  readonly detach?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
  readonly folder: string;
}

export function run(program: Command): void {
  program
    .command('run')
    .description(
      'tune and train a study: on the cluster that TEMPORAL_ADDRESS names, or on what stepwell up keeps running, or else on servers and workers of its own',
    )
    .argument('[study]', 'YAML or JSON file, a module, or - for stdin', 'study.yaml')
    .option('--detach', 'start the study and return; what it needs is started to stay, as by stepwell up')
    .option('--fresh', 'train every trial anew instead of reusing results of other studies')
    .option('--json', 'print the result as JSON')
    .addOption(folderOption())
    .action(async (file: string, options: RunOptions) => {
      const study = await loadStudy(file);
      await ofStudy(study.parsed.name, () => runStudy(study, options));
    });
}

async function runStudy(
  study: LoadedStudy,
  { detach = false, fresh = false, json = false, folder }: RunOptions,
): Promise<void> {
  const {
    file,
    parsed: { name },
  } = study;
  const display = displayFor(process.stderr);
  let services: StudyServices | undefined;
  const interrupt = listenForInterrupt(
    () => {
      if (services !== undefined && !services.own)
        return `stopped watching; the study goes on, see it with: stepwell watch ${name}`;
      display.note('stopping: trainers write their checkpoints first; press Ctrl-C again to stop at once');
      return `stopped; the study goes on from where it was with: stepwell run ${file}`;
    },
    () => (namesCluster() ? undefined : leftRunning(folder)),
  );
  const starting = connectOrStart({
    folder,
    fileRoots: fileRootsOf(study),
    modelFolder: modelFolderFor(study, folder),
    detached: detach,
    onProgress: display.note,
    atOnce: interrupt.atOnce,
  });
  try {
    services = await unlessInterrupted(interrupt, starting);
    await begin(services, study, fresh);
    if (detach) return announce(name, json);
    await followStudy({ services, name, json, interrupt, display, folder });
  } finally {
    // What is being started when Ctrl-C comes must be stopped all the same.
    await starting.then(
      (started) => started.close(),
      () => undefined,
    );
    interrupt.release();
  }
}

/** Starts the study, or goes on with the one that a killed command left unfinished. */
async function begin(
  { client, taskQueuePrefix, alone }: StudyServices,
  { file, parsed: { name }, input }: LoadedStudy,
  fresh: boolean,
): Promise<void> {
  const options = { name, study: input, taskQueuePrefix, ...(fresh && { beginning: { fresh: randomUUID() } }) };
  if (!alone) return beginStudy(client, options);
  const others = (await listStudies(client, taskQueuePrefix)).filter(
    (other) => other.status === 'running' && other.name !== name,
  );
  for (const other of others)
    say(
      `study ${other.name} was left unfinished and goes on beside this one; end it with: stepwell cancel ${other.name}`,
    );
  const left = await runningStudy(client, name, input);
  if (left === 'same') return say(`study ${name} was left unfinished and goes on from where it was`);
  if (left === 'different') {
    const fix = `end it with: stepwell up && stepwell cancel ${name}, or give the study in ${file} another name`;
    throw new CommandError(
      `another study ${name} was left unfinished, with other content than ${file} has now; ${fix}`,
      'failed',
      'StudyRunning',
    );
  }
  await beginStudy(client, options);
}

function announce(name: string, json: boolean): void {
  if (json) printJson({ studyId: name, status: 'running' });
  else print(`study ${name} has started; see it with: stepwell watch ${name}`);
}

function fileRootsOf({ parsed }: LoadedStudy): readonly string[] {
  const {
    dataset: { uri },
  } = parsed;
  return [...(uri.startsWith('file://') ? [fileURLToPath(uri)] : []), ...importFolders(parsed)];
}

/** The operator's, else the study's own folder; a study without a module takes what workers that run already have. */
function modelFolderFor({ file, parsed: { model } }: LoadedStudy, folder: string): string {
  const running = 'module' in model ? undefined : findBackground(folder)?.modelFolder;
  return running ?? ownModelFolder(file);
}
