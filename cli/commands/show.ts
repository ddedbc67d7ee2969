import { WorkflowFailedError } from '@temporalio/client';
import path from 'node:path';
import type { Command } from 'commander';
import { objectFolder } from '../../infra/services/versitygw';
import { describeStudy, observeStudy, studyHandle } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import type { StudyProgress, StudyResult } from '../../workflows/words/progress';
import { CommandError, failureOf, ofStudy, StudyFailed } from '../failure';
import type { Failure } from '../failure';
import { folderOption } from '../folder-option';
import { stageOf } from '../follow-study';
import { print, printJson } from '../output';
import { resultText } from '../result';
import { noticesOf, retriesOf } from '../progress/view';
import { connectServices } from '../services';
import { showRun } from '../show-run';
import { showText } from '../show-text';
import { isAtRest, openStoreToRead } from '../store';
import { storedProgress } from '../stored-progress';

interface ShowOptions {
  readonly json?: boolean;
  readonly run?: string;
  readonly folder: string;
}

/**
 * What is known of a study: its own answer while a tuner worker lives, its result once it is completed, its failure
 * once it has ended otherwise.
 */
interface StudyRecordView {
  readonly studyId: string;
  /** The server's word: a study that is terminated cannot say so itself. */
  readonly status: string;
  readonly progress: StudyProgress | null;
  readonly result: StudyResult | null;
  readonly failure: Pick<Failure, 'type' | 'message'> | null;
  /** What keeps a running study from going on, one sentence each, with what to do. */
  readonly waits: readonly string[];
}

export function show(program: Command): void {
  program
    .command('show')
    .description("show a study's decisions, trials and recoveries")
    .argument('<name>', 'name of the study')
    .option('--run <id>', 'a run that has ended, as the store keeps it (default: the newest, as the server knows it)')
    .option('--json', 'print them as JSON')
    .addOption(folderOption())
    .action((name: string, options: ShowOptions) =>
      ofStudy(name, () => (options.run === undefined ? showStudy(name, options) : showRun(name, options.run, options))),
    );
}

async function showStudy(name: string, { json, folder }: ShowOptions): Promise<void> {
  if (isAtRest(folder)) return showStored(name, { json: json === true, folder });
  const services = await connectServices(folder);
  try {
    const known = await studyRecord(services.client, name, () => storedProgress(folder, name));
    if (json === true) printJson(known);
    else print(textOf(known, services.storeFolder));
  } finally {
    await services.close();
  }
}

async function showStored(
  name: string,
  { json, folder }: { readonly json: boolean; readonly folder: string },
): Promise<void> {
  const {
    storedView,
  }: typeof import('../../activities/study/stored-view') = require('../../activities/study/stored-view');
  const { store, close } = openStoreToRead(folder);
  try {
    const view = await storedView(store, name);
    const goOn = 'nothing runs that could go on with it: stepwell run and its file, or stepwell up, does';
    const known = { ...view, waits: view.status === 'unfinished' ? [goOn] : [] };
    if (json) printJson(known);
    else print(textOf(known, objectFolder(path.resolve(folder))));
  } finally {
    await close();
  }
}

function textOf(
  { status, progress, result, failure, waits }: StudyRecordView,
  storeFolder: string | undefined,
): string {
  const end = result === null ? failure?.message : resultText(result, storeFolder);
  if (progress === null) return end ?? [`study is ${status}`, ...waits].join('\n\n');
  const told = showText(progress, isRunning(status) ? progress.status : status);
  const text = [told, ...waits.filter((wait) => !told.includes(wait))].join('\n\n');
  // A study that was cancelled or terminated says so in its first line.
  return end === undefined || (result === null && status !== 'failed') ? text : `${text}\n\n${end}`;
}

async function studyRecord(
  client: StudyClient,
  name: string,
  stored: () => Promise<StudyProgress | undefined>,
): Promise<StudyRecordView> {
  const description = await describeStudy(client, name);
  const status = description.status.name.toLowerCase();
  const end = isRunning(status) ? undefined : await endOf(client, name);
  const look = observeStudy(client, name);
  let observation = await look();
  const knowsMore = ({ progress, tunerAnswers, refusal }: typeof observation): boolean =>
    progress === undefined && tunerAnswers && refusal === undefined;
  while (knowsMore(observation)) observation = await look();
  if (observation.refusal !== undefined) observation = { ...observation, progress: await stored() };
  if (observation.progress === undefined && observation.refusal === undefined && end === undefined) {
    const message = `study ${name} is ${status}, and no tuner worker runs that could tell more; start one with: stepwell worker tuner`;
    throw new CommandError(message, 'environment', 'NoTunerWorker');
  }
  const waits = [...noticesOf({ observation, lost: undefined }), ...retriesOf({ observation })];
  const known = { studyId: name, status, progress: observation.progress ?? null, waits };
  if (end === undefined || 'result' in end) return { ...known, result: end?.result ?? null, failure: null };
  const { type, message } = failureOf(new StudyFailed(name, stageOf(observation), { cause: end.error }));
  return { ...known, result: null, failure: { type, message } };
}

function isRunning(status: string): boolean {
  return ['running', 'continued_as_new'].includes(status);
}

async function endOf(
  client: StudyClient,
  name: string,
): Promise<{ readonly result: StudyResult } | { readonly error: Error }> {
  try {
    return { result: await studyHandle(client, name).result() };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { error };
    throw error;
  }
}
