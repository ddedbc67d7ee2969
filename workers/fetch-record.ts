/**
 * All that is known of a study, from itself while a tuner worker lives, or from the store.
 *
 * @module
 */
import { STUDY_RECORD_QUERY } from '../workflows/words/contract';
import type { StudyRecord } from '../workflows/words/progress';
import { studyKey } from '../activities/study/study-keys';
import { readStoreConfig } from './config';
import type { Environment } from './environment';
import { studyHandle } from './study-handle';
import type { StudyClient } from './study-handle';

/** A tuner worker that is there answers within this, even while it replays a long history. */
const ANSWER_TIMEOUT_MILLISECONDS = 10_000;

/** The study's own answer; `undefined` where nobody answers, or it has not read its data set yet. */
export async function askForRecord(studyClient: StudyClient, name: string): Promise<StudyRecord | undefined> {
  const { client } = studyClient;
  try {
    const ask = () => studyHandle(studyClient, name).query<StudyRecord | null>(STUDY_RECORD_QUERY);
    return (await client.connection.withDeadline(Date.now() + ANSWER_TIMEOUT_MILLISECONDS, ask)) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * The bytes of the record that a study left in the store when it ended; `undefined` if there is none.
 *
 * @param environment Names the bucket; its address and credentials are the process's own.
 * @throws StorageUnavailable, StorageDenied
 */
export async function storedRecord(
  name: string,
  environment: Environment = process.env,
): Promise<Uint8Array | undefined> {
  // The AWS SDK takes half a second to load: only those who need the store pay for it.
  const { s3Store }: typeof import('../activities/storage/s3') = require('../activities/storage/s3');
  const { bucket, prefix } = readStoreConfig(environment);
  return (await s3Store({ bucket, prefix }).get(studyKey(name, 'study.json')))?.bytes;
}
