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
import { unseal } from './sealed';
import { studyKey } from './study-keys';

/**
 * @returns The `publishStudy` activity on this store. Publishing again replaces what was published before, which a run
 *   of its own keeps below `runs/<its run>/`; the model is replaced by a run that completed only.
 */
export function createPublishStudy(store: ObjectStore): StudyActivities['publishStudy'] {
  return (record) => heartbeating((onMoved, signal) => publish(telling(store, onMoved, signal), record));
}

async function publish(
  store: ObjectStore,
  known: StudyRecord,
): Promise<{ readonly report: string; readonly model: string | null }> {
  const { studyId, final } = known;
  const trialModel = final?.model ?? null;
  const model = studyKey(studyId, 'model/');
  const report = studyKey(studyId, 'report.html');
  await keepEarlierRun(store, known);
  // A run that came to no result leaves the model of the one before in its place.
  if (known.progress.status === 'completed' || trialModel !== null) await copyModel(store, trialModel, model);
  const decisions = await decisionsOf(store, known);
  const record = await withAllTrials(store, known);
  await store.putFile(report, Buffer.from(renderReport({ record, decisions, storeUri: store.uri })));
  // Last of all: a study whose record says that it has ended has published the rest.
  await store.putFile(studyKey(studyId, 'study.json'), Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  await writeContents(store, studyId);
  return { report: `${store.uri}${report}`, model: trialModel === null ? null : `${store.uri}${model}` };
}

/** Copies what another run of this name has published to a place of its own, its record last: then it is whole. */
async function keepEarlierRun(store: ObjectStore, { studyId, studyRun }: StudyRecord): Promise<void> {
  const found = await unseal(store, studyKey(studyId, 'study.json'));
  if (!('value' in found)) return;
  const earlier = found.value as StudyRecord;
  if (earlier.studyRun === undefined || earlier.studyRun === studyRun) return;
  const prefix = studyKey(studyId, '');
  const place = `${prefix}runs/${earlier.studyRun}/`;
  if ((await store.head(`${place}study.json`)) !== undefined) return;
  const ownsModel = (earlier.final?.model ?? null) !== null;
  const model = ownsModel ? await store.list(studyKey(studyId, 'model/')) : [];
  for (const key of [...model.map((file) => file.key), `${prefix}report.html`, `${prefix}study.json`])
    await store.copy(key, `${place}${key.slice(prefix.length)}`);
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
