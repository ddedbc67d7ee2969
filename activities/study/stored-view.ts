/**
 * Studies as people look at them, from the store alone: where no server runs, and nobody answers.
 *
 * @module
 */
import { resultOf } from '../../workflows/driver/progress';
import type { StudyProgress, StudyResult } from '../../workflows/words/progress';
import type { ObjectStore } from '../storage/object-store';
import { openingIn, openingKey, studyIds } from './opening';
import { progressInStore } from './recovery';
import { unseal } from './sealed';
import { readStudy } from './stored-study';
import { runPrefix, studyKey } from './study-keys';
import { publishedAt, publishedBy } from './study-runs';

/** `unfinished`: it has begun, and left no record of its end. */
export type StoredStatus = 'completed' | 'failed' | 'cancelled' | 'unfinished';

export interface StoredListing {
  readonly name: string;
  readonly status: StoredStatus;
  /** ISO times of the store's own clock. */
  readonly startedAt: string;
  readonly closedAt: string | null;
}

/** The newest run of every study that has begun, the newest first. */
export async function listStoredStudies(store: ObjectStore): Promise<readonly StoredListing[]> {
  const listings: StoredListing[] = [];
  for (const name of await studyIds(store)) {
    const opening = openingIn(await unseal(store, openingKey(name)));
    if (opening === undefined) continue;
    const places = [studyKey(name, ''), runPrefix(name, opening.studyRun)];
    const startedAt = (await writtenAt(store, openingKey(name))) ?? new Date(0).toISOString();
    let listing: StoredListing = { name, status: 'unfinished', startedAt, closedAt: null };
    for (const place of places) {
      const record = await publishedAt(store, place);
      const status = record?.studyRun === opening.studyRun ? endedAs(record.progress) : undefined;
      if (status !== undefined)
        listing = { name, status, startedAt, closedAt: (await writtenAt(store, `${place}study.json`)) ?? null };
    }
    listings.push(listing);
  }
  return listings.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

export interface StoredView {
  readonly studyId: string;
  readonly status: StoredStatus;
  readonly progress: StudyProgress;
  readonly result: StudyResult | null;
  readonly failure: { readonly type: string; readonly message: string } | null;
}

/** What the store knows of a study's newest run. @throws StudyUnknown, StudyInvalid */
export async function storedView(store: ObjectStore, name: string): Promise<StoredView> {
  const stored = await readStudy(store, name);
  const record = await publishedBy(store, name, stored.opening.studyRun);
  const status = record && endedAs(record.progress);
  if (record === undefined || status === undefined) {
    const progress = await progressInStore(store, stored);
    return { studyId: name, status: 'unfinished', progress, result: null, failure: null };
  }
  const place = `${store.uri}${studyKey(name, '')}`;
  const model = (record.final?.model ?? null) === null ? null : `${place}model/`;
  return {
    studyId: name,
    status,
    progress: record.progress,
    result: status === 'completed' ? resultOf(record, { report: `${place}report.html`, model }) : null,
    failure: record.failure === undefined ? null : { type: 'StudyFailed', message: record.failure },
  };
}

const ENDS: readonly string[] = ['completed', 'failed', 'cancelled'] satisfies readonly StoredStatus[];

const endedAs = ({ status }: StudyProgress): Exclude<StoredStatus, 'unfinished'> | undefined =>
  ENDS.includes(status) ? (status as Exclude<StoredStatus, 'unfinished'>) : undefined;

async function writtenAt(store: ObjectStore, key: string): Promise<string | undefined> {
  const found = (await store.list(key)).find((object) => object.key === key);
  return found && new Date(found.modifiedAt).toISOString();
}
