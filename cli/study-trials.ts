/**
 * A study with all of its trials, wherever it can be had from.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exportedStudy, readStudyRecord } from '../activities/interchange/exported-study';
import type { ExportedStudy } from '../activities/interchange/trial-row';
import { lacksTrials, withAllTrials } from '../activities/study/all-trials';
import { findServices } from '../infra/services';
import { BUCKET, objectFolder } from '../infra/services/versitygw';
import { askForRecord, storedRecord } from '../workers/fetch-record';
import type { StudyRecord } from '../workflows/words/progress';
import { CommandError } from './failure';
import { connectServices, namesCluster } from './services';
import { openStoreToRead } from './store';

/** The embedded store keeps objects as plain files, whether it runs or not. */
const recordFile = (folder: string, name: string): string =>
  path.join(objectFolder(folder), BUCKET, 'v1', 'studies', name, 'study.json');

/**
 * A study that runs, by its own answer; one that nobody answers for, by the record that it left when it ended.
 *
 * @throws CommandError if there is neither.
 */
export async function studyTrials(name: string, folder: string): Promise<ExportedStudy> {
  if (!/^[a-z0-9-]+$/.test(name))
    throw new CommandError(
      `a study's name is lower-case letters, digits and dashes, got ${name}`,
      'badInput',
      'StudyNotFound',
    );
  const isReachable = namesCluster() || findServices(folder) !== undefined;
  const answer = isReachable ? await answered(name, folder) : undefined;
  if (answer !== undefined) return answer;
  const bytes = namesCluster()
    ? await storedRecord(name)
    : await readFile(recordFile(folder, name)).catch(() => undefined);
  if (bytes !== undefined) return readStudyRecord(bytes);
  const place = namesCluster() ? 'the store' : folder;
  throw new CommandError(
    `no trials of study ${name} can be had: no tuner worker tells of it, and ${place} has no record, which a study leaves when it ends; ${fixFor(isReachable)}`,
    'failed',
    'StudyNotFound',
  );
}

async function answered(name: string, folder: string): Promise<ExportedStudy | undefined> {
  const services = await connectServices(folder);
  try {
    const record = await askForRecord(services.client, name);
    if (record === undefined) return undefined;
    const { study, progress } = lacksTrials(record) ? await completed(record, folder) : record;
    return exportedStudy(name, study, progress.stages);
  } finally {
    await services.close();
  }
}

async function completed(record: StudyRecord, folder: string): Promise<StudyRecord> {
  const { store, close } = openStoreToRead(folder);
  try {
    return await withAllTrials(store, record);
  } finally {
    await close();
  }
}

function fixFor(isReachable: boolean): string {
  return isReachable
    ? 'see which studies there are with: stepwell list'
    : 'for one that was left unfinished, start its workers with: stepwell up';
}
