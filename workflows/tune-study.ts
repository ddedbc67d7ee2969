/**
 * The loop over a study's stages: resolve, then per stage run trials and decide, then publish.
 *
 * @module
 */
import {
  ActivityFailure, ApplicationFailure, CancellationScope, ContinueAsNew, continueAsNew, defineQuery, isCancellation, proxyActivities, setCurrentDetails, setHandler,
  upsertSearchAttributes, workflowInfo,
} from '@temporalio/workflow';
import { FAILURES, NON_RETRYABLE, STUDY_PROGRESS_QUERY } from './contract';
import type { StudyActivities, StudyFinal, StudyProgress, StudyResult, TuneStudyInput } from './contract';
import { liveTable } from './live-table';
import { runStage } from './run-stage';
import { SEARCH_ATTRIBUTES } from './search-attributes';
import type { Decision } from './stages/stage';
import { StageInconclusive } from './stages/stage';
import { StudyState } from './study-state';
import { StudyTooLarge } from './study-snapshot';
import type { StudySnapshot } from './study-snapshot';

const studyProgress = defineQuery<StudyProgress>(STUDY_PROGRESS_QUERY);

/** Before anything is spent, or when the study has failed anyway: a store that stays away is told, not waited for. */
const { resolveStudy, publishStudy: publishWhatIsKnown } = proxyActivities<StudyActivities>({
  // Packing a large data set takes long, and beats while it goes on.
  startToCloseTimeout: '6h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 6, nonRetryableErrorTypes: [...NON_RETRYABLE] },
});

/** Hours of training stand behind these: they wait for the store as long as a long weekend lasts. */
const { recordDecision, publishStudy } = proxyActivities<StudyActivities>({
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '4 days',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', nonRetryableErrorTypes: [...NON_RETRYABLE] },
});

/**
 * Tunes and trains one study to its end.
 *
 * @param input The study as a person wrote it, or the state that an earlier run of the same study left.
 * @throws ApplicationFailure with one of `FAILURES` as its type.
 */
export async function tuneStudy(input: TuneStudyInput & { readonly snapshot?: StudySnapshot }): Promise<StudyResult> {
  const state = new StudyState(input.studyId, input.taskQueuePrefix, input.snapshot);
  setHandler(studyProgress, () => state.progress());
  try {
    await resolve(state, input);
    await runStages(state, input);
    state.status = 'completed';
    showWhereWeAre(state, input);
    return await conclude(state);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    state.status = isCancellation(error) ? 'cancelled' : 'failed';
    showWhereWeAre(state, input);
    await keepWhatIsKnown(state, error);
    throw error;
  }
}

async function resolve(state: StudyState, input: TuneStudyInput): Promise<void> {
  if (state.study !== undefined) return;
  showWhereWeAre(state, input);
  state.start(await resolveStudy({ studyId: input.studyId, study: input.study }));
}

async function runStages(state: StudyState, input: TuneStudyInput): Promise<void> {
  for (let use = state.nextStage(); use !== undefined; use = state.nextStage()) {
    showWhereWeAre(state, input);
    const decision = await runStage(state, use, () => showWhereWeAre(state, input)).catch(asFailure);
    if (decision === 'continueAsNew') return goOnAsNew(state, input);
    await recordDecision({ studyId: state.studyId, decision, trials: state.stageSummaries(use) });
    state.decide(use, withoutBulk(decision));
    showWhereWeAre(state, input);
    if (workflowInfo().continueAsNewSuggested) await goOnAsNew(state, input);
  }
}

/** Goes on in a new run with an empty history. */
async function goOnAsNew(state: StudyState, input: TuneStudyInput): Promise<never> {
  let snapshot: StudySnapshot;
  try {
    snapshot = state.snapshot();
  } catch (error) {
    return asFailure(error);
  }
  return continueAsNew<typeof tuneStudy>({ ...input, study: null, snapshot });
}

/** Plots and tables are in the store by now; history and memory keep the answer and its reason. */
function withoutBulk(decision: Decision): Decision {
  return { ...decision, evidence: { ...decision.evidence, plots: [], tables: [] } };
}

async function conclude(state: StudyState): Promise<StudyResult> {
  const { report, model } = await publishStudy(state.record());
  const final: StudyFinal | null = state.final();
  return {
    studyId: state.studyId,
    status: 'completed',
    decisions: state.decisions.map(({ stage, stageId, hparams, because, confidence }) => ({ stage, stageId, hparams, because, confidence })),
    test: final?.test ?? null,
    model: model === null ? null : { uri: model },
    report: { uri: report },
    receipts: state.receipts,
    deviceSeconds: state.deviceSeconds,
    trials: state.trialCount,
  };
}

/** Publishes the report of a study that ends early; its own trouble must not hide why. */
async function keepWhatIsKnown(state: StudyState, error: unknown): Promise<void> {
  if (state.study === undefined) return;
  const failure = state.status === 'failed' ? reasonOf(error) : undefined;
  await CancellationScope.nonCancellable(async () => {
    await publishWhatIsKnown(state.record(failure)).catch(() => undefined);
  });
}

/** An activity's own sentence; what wraps it says only that an activity failed. */
function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** A plain error would fail the workflow task, which Temporal retries for ever: a stage's error ends the study instead. */
function asFailure(error: unknown): never {
  if (error instanceof StageInconclusive) throw ApplicationFailure.nonRetryable(error.message, FAILURES.stageInconclusive);
  if (error instanceof StudyTooLarge) throw ApplicationFailure.nonRetryable(error.message, FAILURES.studyTooLarge);
  throw error;
}

function showWhereWeAre(state: StudyState, input: TuneStudyInput): void {
  setCurrentDetails(liveTable(state.progress()));
  if (!input.searchAttributes) return;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.study, value: state.studyId },
    { key: SEARCH_ATTRIBUTES.stage, value: state.currentStageId() ?? state.status },
  ]);
}
