/**
 * The activity that publishes what a study knows: its record, its report and its model, under keys of its own.
 *
 * @module
 */
import type { StudyActivities } from '../../workflows/words/contract';
import type { StudyRecord } from '../../workflows/words/progress';
import { renderReport } from '../report';
import type { ObjectStore } from '../storage/object-store';
import { withAllTrials } from './all-trials';
import { writeContents } from './contents';
import { readDecision } from './decision-record';
import type { DecisionRecord } from './decision-record';
import { heartbeating, telling } from './heartbeating';
import { studyKey } from './study-keys';
import { dropPublishedBeside, keepPublished, placeFor, publishedAt } from './study-runs';

/**
 * @returns The `publishStudy` activity on this store. Publishing again replaces what the same run published before. A
 *   run that completed takes the name's place, and what another had there is kept below `runs/<its run>/`, where one
 *   that did not complete publishes itself.
 */
export function createPublishStudy(store: ObjectStore): StudyActivities['publishStudy'] {
  return (record) => heartbeating((onMoved, signal) => publish(telling(store, onMoved, signal), record));
}

async function publish(
  store: ObjectStore,
  known: StudyRecord,
): Promise<{ readonly report: string; readonly model: string | null }> {
  const { studyId, studyRun, final } = known;
  const name = studyKey(studyId, '');
  const holder = await publishedAt(store, name);
  const place = placeFor(known, holder);
  if (place === name && holder !== undefined && holder.studyRun !== studyRun) await keepPublished(store, holder);
  const trialModel = final?.model ?? null;
  await copyModel(store, trialModel, `${place}model/`);
  const decisions = await decisionsOf(store, known);
  const record = await withAllTrials(store, known);
  const report = `${place}report.html`;
  await store.putFile(report, Buffer.from(renderReport({ record, decisions, storeUri: store.uri })));
  // Last of all: a study whose record says that it has ended has published the rest.
  await store.putFile(`${place}study.json`, Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  await writeContents(store, place);
  if (place === name) await dropPublishedBeside(store, known);
  return { report: `${store.uri}${report}`, model: trialModel === null ? null : `${store.uri}${place}model/` };
}

async function decisionsOf(store: ObjectStore, { studyId, progress }: StudyRecord): Promise<readonly DecisionRecord[]> {
  const records: DecisionRecord[] = [];
  for (const { stageId, decision, trials } of progress.stages) {
    // The store may hold the decision of an earlier run for a stage that this one has not reached.
    if (decision === undefined) continue;
    records.push((await readDecision(store, studyId, stageId)) ?? { decision, trials });
  }
  return records;
}

/** Makes the study's model that of the trial: a copy outlives the trial's own objects. With no trial there is none. */
async function copyModel(store: ObjectStore, trialModel: string | null, prefix: string): Promise<void> {
  const from = trialModel === null || trialModel.endsWith('/') ? trialModel : `${trialModel}/`;
  const files = from === null ? [] : await store.list(from);
  if (from !== null && files.length === 0) throw new Error(`exported model is not in the store [key=${from}]`);
  const copies = new Map(files.map(({ key }) => [`${prefix}${key.slice((from ?? '').length)}`, key]));
  for (const [to, key] of copies) {
    if (!(await store.copy(key, to))) throw new Error(`exported model went away while it was copied [key=${key}]`);
  }
  const stale = (await store.list(prefix)).map(({ key }) => key).filter((key) => !copies.has(key));
  if (stale.length > 0) await store.delete(stale);
}
