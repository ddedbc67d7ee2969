/**
 * Runs of a study's name. The newest run has its opening and its decisions directly below `studies/<name>/`. What is
 * published there (record, report, model) is of the run that holds the name: the newest that completed or, as long as
 * none has, the newest. Whatever other runs have is below `studies/<name>/runs/<run>/`.
 *
 * @module
 */
import type { StudyRecord } from '../../workflows/words/progress';
import type { ObjectStore } from '../storage/object-store';
import { contentsIn, contentsKey, writeContents } from './contents';
import { decisionAt, decisionKey, readDecision } from './decision-record';
import type { DecisionRecord } from './decision-record';
import { openingIn, openingKey } from './opening';
import { seal, unseal } from './sealed';
import { runPrefix, studyKey } from './study-keys';

/** Runs that have anything of their own below `runs/`, in order. */
export async function runsOf(store: ObjectStore, studyId: string): Promise<readonly string[]> {
  const prefix = studyKey(studyId, 'runs/');
  const keys = (await store.list(prefix)).map(({ key }) => key.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(keys)].filter((run) => run !== '').sort();
}

/** What is published below a place; `undefined` where there is nothing that can be read. */
export async function publishedAt(store: ObjectStore, place: string): Promise<StudyRecord | undefined> {
  const found = await unseal(store, `${place}study.json`);
  return 'value' in found ? (found.value as StudyRecord) : undefined;
}

/** What a run has published, wherever it is. */
export async function publishedBy(
  store: ObjectStore,
  studyId: string,
  studyRun: string,
): Promise<StudyRecord | undefined> {
  const holder = await publishedAt(store, studyKey(studyId, ''));
  return holder?.studyRun === studyRun ? holder : publishedAt(store, runPrefix(studyId, studyRun));
}

/** Where a run that has ended publishes: in the name's place, or beside a run that completed where it did not. */
export function placeFor({ studyId, studyRun, progress }: StudyRecord, holder: StudyRecord | undefined): string {
  const isOthers = holder !== undefined && studyRun !== undefined && holder.studyRun !== studyRun;
  return isOthers && holder.progress.status === 'completed' && progress.status !== 'completed'
    ? runPrefix(studyId, studyRun)
    : studyKey(studyId, '');
}

/** Copies what another run has published in the name's place to its own, the record last: then it is whole. */
export async function keepPublished(store: ObjectStore, { studyId, studyRun, final }: StudyRecord): Promise<void> {
  if (studyRun === undefined) return;
  const [prefix, place] = [studyKey(studyId, ''), runPrefix(studyId, studyRun)];
  if ((await store.head(`${place}study.json`)) !== undefined) return;
  const moved = (key: string): string => `${place}${key.slice(prefix.length)}`;
  const model = (final?.model ?? null) === null ? [] : await store.list(`${prefix}model/`);
  for (const key of [...model.map((file) => file.key), `${prefix}report.html`]) await store.copy(key, moved(key));
  const files = contentsIn(await unseal(store, contentsKey(prefix)));
  if (files !== undefined)
    await store.put(contentsKey(place), seal({ files: files.map((file) => ({ ...file, key: moved(file.key) })) }));
  await store.copy(`${prefix}study.json`, moved(`${prefix}study.json`));
  if (files === undefined) await writeContents(store, place);
}

/** What a run had published beside another goes once it holds the name itself: it failed, say, and was recovered. */
export async function dropPublishedBeside(store: ObjectStore, { studyId, studyRun }: StudyRecord): Promise<void> {
  if (studyRun === undefined) return;
  const keys = (await store.list(runPrefix(studyId, studyRun))).map(({ key }) => key);
  if (keys.length > 0) await store.delete(keys);
}

/** Before a new run writes its opening: copies that of the run before, and its decisions, to its own place. */
export async function keepDecisions(store: ObjectStore, studyId: string, newRun: string): Promise<void> {
  const before = openingIn(await unseal(store, openingKey(studyId)));
  if (before === undefined || before.studyRun === newRun) return;
  const { study, studyRun } = before;
  const place = runPrefix(studyId, studyRun);
  for (const { stageId } of study.stages) {
    const decided = await readDecision(store, studyId, stageId);
    if (decided?.studyRun === studyRun)
      await store.copy(decisionKey(studyId, stageId), `${place}decisions/${stageId}.json`);
  }
  await store.copy(openingKey(studyId), `${place}opening.json`);
}

/** What a run decided in a stage, wherever that is; `undefined` where it has decided nothing there. */
export async function decidedBy(
  store: ObjectStore,
  { studyId, studyRun, stageId }: { readonly studyId: string; readonly studyRun: string; readonly stageId: string },
): Promise<DecisionRecord | undefined> {
  const newest = await readDecision(store, studyId, stageId);
  const decided =
    newest?.studyRun === studyRun
      ? newest
      : await decisionAt(store, `${runPrefix(studyId, studyRun)}decisions/${stageId}.json`);
  return decided?.studyRun === studyRun ? decided : undefined;
}
