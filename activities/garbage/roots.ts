/**
 * What the studies in the store refer to: whatever they reach must stay.
 *
 * @module
 */
import type { StudyRecord } from '../../workflows/words/progress';
import type { ResolvedStudy } from '../../workflows/words/study';
import { studyWorkflowId } from '../../workflows/words/contract';
import { CONCURRENT_MAX, forEachConcurrently } from '../concurrency';
import { openingIn, studyIds } from '../study/opening';
import type { StudyOpening } from '../study/opening';
import { unseal } from '../study/sealed';
import { runPrefix, studyKey } from '../study/study-keys';
import { runsOf } from '../study/study-runs';
import type { ObjectStore } from '../storage/object-store';
import type { TrialUser } from '../ledger/manifest';

export interface Roots {
  /** Content addresses of trials that a record names. */
  readonly trials: ReadonlySet<string>;
  readonly datasets: ReadonlySet<string>;
  /** Of model modules. */
  readonly bundles: ReadonlySet<string>;
  /** That models start from. */
  readonly weights: ReadonlySet<string>;
  /** Runs of studies that have begun and not ended, as far as the store knows. */
  readonly openRuns: ReadonlySet<string>;
  /** Their workflows, for trials of versions that did not write down the run. */
  readonly openWorkflows: ReadonlySet<string>;
}

/** It cannot be told what a study refers to, so nothing may be deleted. */
export class RecordDamaged extends Error {
  override readonly name = 'RecordDamaged';
}

interface MutableRoots {
  readonly trials: Set<string>;
  readonly datasets: Set<string>;
  readonly bundles: Set<string>;
  readonly weights: Set<string>;
  readonly openRuns: Set<string>;
  readonly openWorkflows: Set<string>;
}

/** The parts of a record that name other objects. */
type ReferringRecord = Pick<StudyRecord, 'study' | 'progress' | 'studyRun'>;
type ReferringDecision = { readonly trials: readonly { readonly hash: string | null }[] };

const ENDED: readonly string[] = ['completed', 'cancelled', 'failed'];

/** @throws RecordDamaged naming the record that cannot be read. */
export async function readRoots(store: ObjectStore): Promise<Roots> {
  const roots: MutableRoots = {
    trials: new Set(),
    datasets: new Set(),
    bundles: new Set(),
    weights: new Set(),
    openRuns: new Set(),
    openWorkflows: new Set(),
  };
  await forEachConcurrently(await studyIds(store), CONCURRENT_MAX, (studyId) => addStudy(store, studyId, roots));
  return roots;
}

/** Whether a study that has not ended trained or found the trial. */
export function isOpen({ workflowId, studyRun }: Partial<TrialUser>, { openRuns, openWorkflows }: Roots): boolean {
  return studyRun === undefined ? workflowId !== undefined && openWorkflows.has(workflowId) : openRuns.has(studyRun);
}

/**
 * Records are read before decisions: a run whose record says that it has ended has all its decisions in the store. The
 * opening comes after both, for a run that begins meanwhile is open; and runs that gave their place to another come last,
 * for that is where what they have is copied to before it is overwritten.
 */
async function addStudy(store: ObjectStore, studyId: string, roots: MutableRoots): Promise<void> {
  const name = studyKey(studyId, '');
  const places = async (): Promise<readonly string[]> =>
    (await runsOf(store, studyId)).map((run) => runPrefix(studyId, run));
  const ended = new Set<string | undefined>();
  for (const place of [name, ...(await places())]) {
    const record = await addRecord(store, place, roots);
    if (record !== undefined && ENDED.includes(record.progress.status)) ended.add(record.studyRun);
  }
  await addDecisions(store, name, roots);
  const opening = await addOpening(store, name, roots);
  if (opening !== undefined && !ended.has(opening.studyRun)) roots.openRuns.add(opening.studyRun);
  if (opening === undefined || !ended.has(opening.studyRun)) roots.openWorkflows.add(studyWorkflowId(studyId));
  for (const place of await places()) {
    await addRecord(store, place, roots);
    await addDecisions(store, place, roots);
    await addOpening(store, place, roots);
  }
}

async function addRecord(store: ObjectStore, place: string, roots: MutableRoots): Promise<ReferringRecord | undefined> {
  const record = await read<ReferringRecord>(store, `${place}study.json`);
  for (const { hash } of record?.progress.stages.flatMap(({ trials }) => trials) ?? [])
    if (hash !== null) roots.trials.add(hash);
  if (record !== undefined) addPinned(record.study, roots);
  return record;
}

async function addDecisions(store: ObjectStore, place: string, roots: MutableRoots): Promise<void> {
  for (const { key } of await store.list(`${place}decisions/`)) {
    const decision = await read<ReferringDecision>(store, key);
    for (const { hash } of decision?.trials ?? []) if (hash !== null) roots.trials.add(hash);
  }
}

async function addOpening(store: ObjectStore, place: string, roots: MutableRoots): Promise<StudyOpening | undefined> {
  const opening = openingIn(await readable(store, `${place}opening.json`));
  if (opening !== undefined) addPinned(opening.study, roots);
  return opening;
}

function addPinned({ dataset, model }: ResolvedStudy, { datasets, bundles, weights }: MutableRoots): void {
  datasets.add(dataset.sha256);
  if ('module' in model && model.bundle !== undefined) bundles.add(model.bundle.sha256);
  if (model.initialWeights?.weights !== undefined) weights.add(model.initialWeights.weights.sha256);
}

async function read<T>(store: ObjectStore, key: string): Promise<T | undefined> {
  const found = await readable(store, key);
  return 'value' in found ? (found.value as T) : undefined;
}

async function readable(store: ObjectStore, key: string): Promise<Awaited<ReturnType<typeof unseal>>> {
  const found = await unseal(store, key);
  if (!('problem' in found) || found.problem === 'missing') return found;
  const studyId = key.split('/')[1] ?? '';
  throw new RecordDamaged(
    `nothing was deleted: it cannot be told what study ${studyId} refers to, for a record of it is damaged [key=${key}]; see stepwell verify ${studyId}, or delete ${store.uri}${studyKey(studyId, '')}`,
  );
}
