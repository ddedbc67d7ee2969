/**
 * The trials of long stages as the store keeps them while their stage goes on, and the two activities that write and
 * read them.
 *
 * @module
 */
import type { LoadTrialsInput, StudyActivities, TrialPagesOf } from '../../workflows/words/contract';
import type { TrialSummary } from '../../workflows/words/progress';
import type { Objective } from '../../workflows/words/study';
import { withoutReferences } from '../../workflows/driver/pages/outline';
import { packed, unpacked } from '../../workflows/driver/pages/packed';
import type { Packed, Plain } from '../../workflows/driver/pages/packed';
import { summarize } from '../../workflows/driver/pages/summary';
import type { Trial } from '../../workflows/words/trial';
import { StorageDenied } from '../storage/object-store';
import type { ObjectStore } from '../storage/object-store';
import { heartbeating, telling } from './heartbeating';
import { seal, unseal } from './sealed';
import { studyKey } from './study-keys';

/** Half of what Temporal takes as one result, and of the history after which a workflow should continue as new. */
const ANSWER_CHARACTERS_MAX = 1_000_000;

/** Keys of pages are in their order. */
const PAGE_DIGITS = 5;

/** Only this code writes it, and hashes what it writes. */
interface StoredPage {
  readonly studyRun: string;
  readonly objective: Objective;
  readonly trials: Packed;
}

export const trialPagesKey = (studyId: string): string => studyKey(studyId, 'trials/');

function pageKey({ studyId, stageId }: Omit<TrialPagesOf, 'studyRun'>, page: number): string {
  return studyKey(studyId, `trials/${stageId}/${numbered(page)}`);
}

const numbered = (page: number): string => `${String(page).padStart(PAGE_DIGITS, '0')}.json`;

/** Pages that must be there, as later ones of their stage are. @param keys Of all pages of a study. */
export function missingPages(keys: readonly string[]): readonly string[] {
  const found = new Set(keys);
  const missing = keys.flatMap((key) => {
    const [, folder = '', page = ''] = /^(.*\/)(\d+)\.json$/.exec(key) ?? [];
    return Array.from({ length: Number(page) }, (_, earlier) => `${folder}${numbered(earlier)}`).filter(
      (earlier) => !found.has(earlier),
    );
  });
  return [...new Set(missing)];
}

/** @returns The `recordTrials` activity on this store. Writing twice writes the same. */
export function createRecordTrials(store: ObjectStore): StudyActivities['recordTrials'] {
  return ({ page, studyRun, objective, trials, ...of }) =>
    heartbeating(async (onMoved, signal) => {
      const bytes = seal({ studyRun, objective, trials } satisfies StoredPage);
      await telling(store, onMoved, signal).putFile(pageKey(of, page), bytes);
    });
}

/** @returns The `loadTrials` activity on this store. */
export function createLoadTrials(store: ObjectStore): StudyActivities['loadTrials'] {
  return (input) => heartbeating((onMoved, signal) => load(telling(store, onMoved, signal), input));
}

async function load(
  store: ObjectStore,
  { page: first, pages, ...of }: LoadTrialsInput,
): ReturnType<StudyActivities['loadTrials']> {
  const trials: Trial[] = [];
  let answer: Packed = packed([]);
  for (let page = first; page < pages; page++) {
    trials.push(...(await readPage(store, of, page)).trials.map(withoutReferences));
    const longer = packed(trials as unknown as readonly Plain[]);
    if (page > first && JSON.stringify(longer).length > ANSWER_CHARACTERS_MAX) return { trials: answer, next: page };
    answer = longer;
  }
  return { trials: answer };
}

export interface StoredTrials {
  readonly trials: readonly Trial[];
  readonly summaries: readonly TrialSummary[];
}

/** All trials that the pages of a stage have. @throws StorageDenied if one is not what was written */
export async function storedTrials(store: ObjectStore, of: TrialPagesOf, pages: number): Promise<StoredTrials> {
  const read = await Promise.all(Array.from({ length: pages }, (_, page) => readPage(store, of, page)));
  const trials = read.flatMap((page) => page.trials);
  const summaries = read.flatMap((page) =>
    page.trials.map((trial) => summarize(of.stageId, trials, trial, page.objective)),
  );
  return { trials, summaries };
}

async function readPage(
  store: ObjectStore,
  of: TrialPagesOf,
  page: number,
): Promise<{ readonly trials: readonly Trial[]; readonly objective: Objective }> {
  const key = pageKey(of, page);
  const found = await unseal(store, key);
  const stored = 'value' in found ? (found.value as StoredPage) : undefined;
  if (stored?.studyRun === of.studyRun)
    return { objective: stored.objective, trials: unpacked(stored.trials) as unknown as readonly Trial[] };
  const problem = 'problem' in found ? found.problem : 'of another run of the study';
  throw new StorageDenied(
    `the trials of stage ${of.stageId} cannot be read back: a page of them is ${problem} [key=${key}]; start study ${of.studyId} again, which reuses its trials`,
  );
}
