/**
 * A study's state from the store alone, when the Temporal server has lost it: what a run of its workflow hands to the
 * next one.
 *
 * Stages that have decided are taken as they are. Of the one that was under way nothing is needed but the study itself:
 * asked again, its finished trials are found by their content, and interrupted ones go on from their checkpoints.
 *
 * @module
 */
import { progressOf } from '../../workflows/driver/progress';
import { StudyState } from '../../workflows/driver/state';
import type { StudyFinal, StudyProgress } from '../../workflows/words/progress';
import type { TuneStudyInput } from '../../workflows/words/contract';
import { NO_RECOVERIES, withReceipts } from '../../workflows/trials/recoveries';
import type { RecoveryRecord } from '../../workflows/trials/recoveries';
import { costOfSegment, receiptsOf, trainingsIn } from '../../workflows/trials/segments';
import type { Segment } from '../../workflows/trials/segments';
import { fitting, withoutBulk } from '../../workflows/driver/snapshot';
import type { StudySnapshot } from '../../workflows/driver/snapshot';
import type { StageRecord } from '../../workflows/driver/pages/stage-trials';
import { shownOf } from '../../workflows/driver/pages/summary';
import type { Objective, StudyOrigin } from '../../workflows/words/study';
import type { TrialResult } from '../../workflows/words/outcome';
import type { ObjectStore } from '../storage/object-store';
import { CONCURRENT_MAX, forEachConcurrently } from '../concurrency';
import { decodeManifest, manifestKey } from '../ledger/manifest';
import type { DecisionRecord } from './decision-record';
import type { StoredStudy } from './stored-study';

/** What `tuneStudy` is started with, beside what every study is. */
export interface Recovery extends Pick<TuneStudyInput, 'studyRun' | 'fresh' | 'origins'> {
  readonly snapshot: StudySnapshot;
}

/** What the trials of decided stages cost and left. */
interface Spent {
  deviceSeconds: number;
  examples: number;
  found: RecoveryRecord;
  readonly engines: Set<string>;
  readonly results: Map<string, TrialResult>;
}

/** @throws StudyTooLarge, StorageDenied, StorageUnavailable */
export async function recoveryOf(store: ObjectStore, { opening, decided, changes }: StoredStudy): Promise<Recovery> {
  const { studyId, studyRun, fresh, origins = [], study } = opening;
  const carried = new Set(origins.filter(({ kind }) => kind === 'rerun').flatMap(({ stageIds }) => stageIds));
  const own = decided.filter(({ decision }) => !carried.has(decision.stageId));
  const spent = await spentOn(store, own);
  const { control, budget = study.budget } = newest(decided.at(-1), changes);
  const snapshot = fitting({
    study: { ...study, budget },
    stages: decided.map((record) => stageRecord(record, study.objective, carried.has(record.decision.stageId))),
    ...spent.found,
    deviceSeconds: spent.deviceSeconds,
    examples: spent.examples,
    final: finalOf(own, spent),
    engines: [...spent.engines],
    ...(control !== undefined && { control }),
  });
  const recovered: StudyOrigin = {
    kind: 'recovered',
    studyId,
    stageIds: own.map(({ decision }) => decision.stageId),
    changed: [],
  };
  return { studyRun, origins: [...origins, recovered], snapshot, ...(fresh !== undefined && { fresh }) };
}

/** What a study would tell of itself, of what the store has: the stages that have decided, and what they cost. */
export async function progressInStore(store: ObjectStore, stored: StoredStudy): Promise<StudyProgress> {
  const { snapshot, studyRun } = await recoveryOf(store, stored);
  const { studyId } = stored.opening;
  return progressOf(StudyState.of(studyId, { studyRun: studyRun ?? stored.opening.studyRun }, snapshot));
}

/** Every change is in all later records: the one with the most is the newest. */
function newest(
  ...records: readonly (Pick<DecisionRecord, 'control' | 'budget'> | undefined)[]
): Pick<DecisionRecord, 'control' | 'budget'> {
  const revision = (record: (typeof records)[number]): number => record?.control?.changes.length ?? 0;
  return records.reduce((a, b) => (revision(b) > revision(a) ? b : a)) ?? {};
}

/** Trials of stages that a rerun took over were never this study's. */
function stageRecord({ decision, trials }: DecisionRecord, objective: Objective, isCarried: boolean): StageRecord {
  const own = isCarried ? [] : trials;
  const summaries = shownOf(own, objective);
  return {
    stageId: decision.stageId,
    trials: [],
    summaries,
    visible: 0,
    decision: withoutBulk(decision),
    ...(summaries.length < own.length && { trainings: trainingsIn(own) }),
  };
}

async function spentOn(store: ObjectStore, records: readonly DecisionRecord[]): Promise<Spent> {
  const spent: Spent = {
    deviceSeconds: 0,
    examples: 0,
    found: { recoveries: NO_RECOVERIES, receipts: [] },
    engines: new Set(),
    results: new Map(),
  };
  const segments: Segment[] = [];
  const hashes = new Set(records.flatMap(({ trials }) => trials.flatMap(({ hash }) => hash ?? [])));
  const found = new Map<string, TrialResult>();
  await forEachConcurrently(hashes, CONCURRENT_MAX, async (hash) => {
    const result = await resultOf(store, hash);
    if (result !== undefined) found.set(hash, result);
  });
  for (const spec of records.flatMap(({ trials }) => trials)) {
    const { trialId, hash, reused, deviceSeconds } = spec;
    if (!reused) spent.deviceSeconds += deviceSeconds;
    const result = hash === null ? undefined : found.get(hash);
    if (result === undefined) continue;
    spent.results.set(trialId, result);
    spent.engines.add(result.engine);
    const segment = { spec, result: { ...result, reused } };
    segments.push(segment);
    spent.found = withReceipts(spent.found, receiptsOf(segment));
    spent.examples += costOfSegment(segments, segment).examples;
  }
  return spent;
}

async function resultOf(store: ObjectStore, hash: string): Promise<TrialResult | undefined> {
  const stored = await store.get(manifestKey(hash));
  return (stored && decodeManifest(hash, stored.bytes).result) ?? undefined;
}

/** The study's result, if the final training had been decided on and only its publication was lost. */
function finalOf(records: readonly DecisionRecord[], { results }: Spent): StudyFinal | null {
  const decision = records.findLast((record) => record.decision.finalTrialId !== undefined)?.decision;
  const result = decision?.finalTrialId === undefined ? undefined : results.get(decision.finalTrialId);
  if (decision === undefined || result === undefined) return null;
  const { outcome, weights, model } = result;
  return {
    trialId: decision.finalTrialId ?? result.trialId,
    hparams: decision.hparams,
    test: 'measurement' in outcome ? outcome.measurement.test : null,
    weights,
    model,
  };
}
