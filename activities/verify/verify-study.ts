/**
 * Everything that a study refers to, read back and hashed, trials 16 at a time.
 *
 * @module
 */
import type { StudyRecord, TrialSummary } from '../../workflows/words/progress';
import type { ObjectRef } from '../../workflows/words/outcome';
import type { ResolvedStudy } from '../../workflows/words/study';
import { CONCURRENT_MAX, forEachConcurrently } from '../concurrency';
import { packedFiles, packedManifestSchema } from '../datasets/packed/packed';
import type { ObjectStore } from '../storage/object-store';
import { changesKey } from '../study/changes-record';
import { contentsIn, contentsKey } from '../study/contents';
import { openingIn, openingKey } from '../study/opening';
import { unseal } from '../study/sealed';
import { StudyUnknown } from '../study/stored-study';
import { runPrefix, studyKey } from '../study/study-keys';
import { runsOf } from '../study/study-runs';
import { missingPages, trialPagesKey } from '../study/trial-pages';
import { ObjectChecks } from './object-checks';
import type { Checked } from './object-checks';
import { verifyTrial } from './verify-trial';

/** What of the study's own records leads on. */
interface References {
  readonly trials: Map<string, TrialSummary>;
  readonly datasets: Map<string, ObjectRef>;
  /** Of model modules. */
  readonly bundles: Map<string, ObjectRef>;
  /** That models start from. */
  readonly weights: Map<string, ObjectRef>;
}

/** @throws StudyUnknown, StudyInvalid, StorageDenied, StorageUnavailable */
export async function verifyStudy(
  store: ObjectStore,
  studyId: string,
  onProgress: (sofar: Checked) => void,
): Promise<Checked> {
  const own = await store.list(studyKey(studyId, ''));
  if (own.length === 0)
    throw new StudyUnknown(
      `there is no study ${studyId} in ${store.uri}; see those that a server knows with: stepwell list`,
    );
  const checks = new ObjectChecks(store, onProgress);
  const references: References = { trials: new Map(), datasets: new Map(), bundles: new Map(), weights: new Map() };
  const newest = await verifyOpening(checks, openingKey(studyId), studyId, references);
  await verifyDecisions(checks, studyKey(studyId, ''), studyId, references);
  await verifyProgress(checks, studyId);
  await verifyPublished(checks, studyKey(studyId, ''), { studyId, newest }, references);
  for (const run of await runsOf(store, studyId)) await verifyRun(checks, run, { studyId, newest }, references);
  for (const [sha256, ref] of references.datasets) await verifyDataset(checks, sha256, ref);
  for (const ref of references.bundles.values()) await checks.check(ref, BUNDLE_FIX);
  for (const ref of references.weights.values()) await checks.check(ref, WEIGHTS_FIX);
  await forEachConcurrently(references.trials.values(), CONCURRENT_MAX, (summary) => verifyTrial(checks, summary));
  return checks.result();
}

const againFix = (studyId: string): string =>
  `run study ${studyId} again: what is missing is written anew, and its trials are reused`;

const BUNDLE_FIX =
  'start the study again, which bundles its module anew: trials are reused where the code is still the same';

const WEIGHTS_FIX = 'start the study again, which copies its initial weights anew from where they come';

const CHANGES_FIX = 'delete it: a recovery goes on with what had been changed up to the latest decision';

/** @returns The run whose opening it is. */
async function verifyOpening(
  checks: ObjectChecks,
  key: string,
  studyId: string,
  references: References,
): Promise<string | undefined> {
  const opening = openingIn(await sealed(checks, key, againFix(studyId)));
  if (opening !== undefined) addPinned(opening.study, references);
  return opening?.studyRun;
}

async function verifyDecisions(
  checks: ObjectChecks,
  place: string,
  studyId: string,
  { trials }: References,
): Promise<void> {
  for (const { key } of await checks.store.list(`${place}decisions/`)) {
    const found = await sealed(checks, key, againFix(studyId));
    if ('value' in found) addTrials(trials, (found.value as { readonly trials: readonly TrialSummary[] }).trials);
  }
}

async function verifyProgress(checks: ObjectChecks, studyId: string): Promise<void> {
  // Trials that a long stage goes on from; those of a stage that has decided are in its decision as well.
  const pages = (await checks.store.list(trialPagesKey(studyId))).map(({ key }) => key);
  for (const key of [...pages, ...missingPages(pages)].sort()) await sealed(checks, key, againFix(studyId));
  // A study that nobody has changed has none.
  if ((await checks.store.head(changesKey(studyId))) !== undefined)
    await sealed(checks, changesKey(studyId), CHANGES_FIX);
}

interface OfStudy {
  readonly studyId: string;
  /** The run whose opening and decisions are in the study's own place. */
  readonly newest: string | undefined;
}

/** What a run has that gave its place to another, or never had it. */
async function verifyRun(checks: ObjectChecks, run: string, of: OfStudy, references: References): Promise<void> {
  const place = runPrefix(of.studyId, run);
  if (run !== of.newest) await verifyOpening(checks, `${place}opening.json`, of.studyId, references);
  await verifyDecisions(checks, place, of.studyId, references);
  await verifyPublished(checks, place, of, references);
}

/** A run that has not ended has neither a record nor a table of contents. */
async function verifyPublished(
  checks: ObjectChecks,
  place: string,
  { studyId, newest }: OfStudy,
  references: References,
): Promise<void> {
  const record = await unseal(checks.store, `${place}study.json`);
  const isPublished =
    !('problem' in record) ||
    record.problem !== 'missing' ||
    (await checks.store.head(contentsKey(place))) !== undefined;
  const contents = isPublished ? contentsIn(await sealed(checks, contentsKey(place), againFix(studyId))) : undefined;
  for (const ref of contents ?? []) await checks.check(ref, againFix(studyId));
  if (!('value' in record)) return;
  const { progress, study, studyRun } = record.value as StudyRecord;
  const isNewest = studyRun === undefined || studyRun === newest;
  const decisions = `${isNewest ? studyKey(studyId, '') : runPrefix(studyId, studyRun)}decisions/`;
  for (const stage of progress.stages) {
    addTrials(references.trials, stage.trials);
    if (stage.decision !== undefined) await checks.present(`${decisions}${stage.stageId}.json`, againFix(studyId));
  }
  addPinned(study, references);
}

function addPinned({ dataset, model }: ResolvedStudy, { datasets, bundles, weights }: References): void {
  datasets.set(dataset.sha256, dataset.manifest);
  if ('module' in model && model.bundle !== undefined) bundles.set(model.bundle.sha256, model.bundle);
  const { weights: initial } = model.initialWeights ?? {};
  if (initial !== undefined) weights.set(initial.sha256, initial);
}

async function verifyDataset(checks: ObjectChecks, sha256: string, manifest: ObjectRef): Promise<void> {
  const folder = `datasets/${sha256}/`;
  const fix = `delete ${checks.store.uri}${folder} and start the study again, which packs it anew`;
  const bytes = await checks.checkedBytes(manifest, fix);
  if (bytes === undefined) return;
  const { data } = packedManifestSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  for (const file of data === undefined ? [] : packedFiles(data))
    await checks.check({ ...file, key: `${folder}${file.file}` }, fix);
}

/** A record that carries its own hash. */
async function sealed(checks: ObjectChecks, key: string, fix: string): Promise<Awaited<ReturnType<typeof unseal>>> {
  const found = await unseal(checks.store, key);
  const bytes = (await checks.store.head(key))?.bytes ?? 0;
  if ('value' in found) checks.passed(bytes);
  else
    checks.failed(bytes, {
      key,
      expected: found.expected ?? 'a record',
      actual: found.problem === 'missing' ? 'not in the store' : (found.actual ?? 'damaged'),
      fix,
    });
  return found;
}

function addTrials(trials: Map<string, TrialSummary>, summaries: readonly TrialSummary[]): void {
  for (const summary of summaries) {
    // Of the segments of one training, and of a trial that ran and was found again, the one that ended it says what
    // must be there.
    if (summary.hash !== null && (!trials.has(summary.hash) || summary.status !== 'paused'))
      trials.set(summary.hash, summary);
  }
}
