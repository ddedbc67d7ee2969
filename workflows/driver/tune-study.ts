/**
 * The loop over a study's stages: resolve, then per stage run trials and decide, then publish.
 *
 * @module
 */
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  defineQuery,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  FAILURES,
  NON_RETRYABLE,
  STUDY_PROGRESS_QUERY,
  STUDY_RECORD_QUERY,
  SEARCH_ATTRIBUTES,
} from '../words/contract';
import type { StudyActivities, TuneStudyInput } from '../words/contract';
import type { StudyFinal, StudyProgress, StudyRecord, StudyResult } from '../words/progress';
import { accept } from './control/accept';
import { workflowTime } from './control/clock';
import { handleUpdates } from './control/handlers';
import { ChangeKeeper } from './control/keep-changes';
import { liveTable } from './live-table';
import { demandPlanner, PlannerUnknown } from './planner-version';
import { runStage } from './run-stage';
import { StageInconclusive } from '../stages/stage';
import type { StudyRun } from '../words/study';
import { StudyState } from './state';
import { StudyTooLarge, withoutBulk } from './snapshot';
import type { StudySnapshot } from './snapshot';
import { bringBackTrials, storeBeforeDecision, storeBeforeNextRun, withoutPoints } from './pages/pages';

const studyProgress = defineQuery<StudyProgress>(STUDY_PROGRESS_QUERY);
const studyRecord = defineQuery<StudyRecord | null>(STUDY_RECORD_QUERY);

/** Before anything is spent, or when the study has failed anyway: a store that stays away is told, not waited for. */
const { resolveStudy, publishStudy: publishWhatIsKnown } = proxyActivities<StudyActivities>({
  // Packing a large data set takes long, and beats while it goes on.
  startToCloseTimeout: '6h',
  heartbeatTimeout: '30s',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumAttempts: 6,
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

/** Hours of training stand behind these: they wait for the store as long as a long weekend lasts. */
const { recordDecision, publishStudy } = proxyActivities<StudyActivities>({
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '4 days',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '30s',
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

/** Between the update `cancel` and the cancellation of the workflow itself, which its sender asks for next. */
const SERVER_ASKS_WITHIN = '5 seconds';

/** What a run of the workflow hands on to the next. */
interface EarlierRun {
  readonly snapshot?: StudySnapshot;
  /** Number of changes that the store has. */
  readonly changesKept?: number;
}

/**
 * Tunes and trains one study to its end.
 *
 * @param input The study as a person wrote it, or the state that an earlier run of the same study left.
 * @throws ApplicationFailure with one of `FAILURES` as its type.
 */
export async function tuneStudy(input: TuneStudyInput & EarlierRun): Promise<StudyResult> {
  const state = new StudyState(input.studyId, input.taskQueuePrefix, studyRunOf(input), input.snapshot);
  const root = CancellationScope.current();
  const work = new CancellationScope();
  const keeper = new ChangeKeeper(state, input.changesKept);
  setHandler(studyProgress, () => state.progress());
  setHandler(studyRecord, () => (state.study === undefined ? null : state.record()));
  handleUpdates(state, () => {
    if (state.control.cancelled) work.cancel();
    else keeper.noticed();
    setCurrentDetails(liveTable(state.overview()));
  });
  try {
    return await work.run(() => tuned(state, input, keeper));
  } catch (error) {
    if (error instanceof ContinueAsNew || error instanceof PlannerUnknown) throw error;
    // Temporal's own cancellation comes without a word of who asked.
    if (isCancellation(error) && !state.control.cancelled) accept(state, 'cancel', {}, workflowTime());
    state.status = isCancellation(error) ? 'cancelled' : 'failed';
    showWhereWeAre(state, input);
    await keepWhatIsKnown(state, error);
    if (state.status === 'cancelled') await serverAsks(root);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    throw error;
  }
}

async function tuned(state: StudyState, input: TuneStudyInput, keeper: ChangeKeeper): Promise<StudyResult> {
  await resolve(state, input);
  demandPlanner(state.resolved);
  keeper.noticed();
  await runStages(state, input, keeper);
  state.status = 'completed';
  showWhereWeAre(state, input);
  const result = await conclude(state);
  await condition(allHandlersFinished);
  return result;
}

/**
 * A workflow that the update `cancel` ended closes as cancelled only if the server has asked for that too; without it,
 * as failed by a cancellation.
 */
async function serverAsks(root: CancellationScope): Promise<void> {
  if (root.consideredCancelled) return;
  await CancellationScope.nonCancellable(() => condition(() => root.consideredCancelled, SERVER_ASKS_WITHIN));
}

async function resolve(state: StudyState, input: TuneStudyInput): Promise<void> {
  if (state.study !== undefined) return;
  showWhereWeAre(state, input);
  const { studyId, study, carried } = input;
  state.start(await resolveStudy({ studyId, study, ...state.run, ...(carried && { carried }) }), carried?.decisions);
}

/**
 * The id of the first run stays the study's own when it continues as new, and a recovered study hands on that of the
 * study it was.
 */
function studyRunOf({
  studyRun = workflowInfo().firstExecutionRunId,
  fresh,
  origins,
  carried,
}: TuneStudyInput): StudyRun {
  const all = origins ?? (carried && [carried.origin]);
  return { studyRun, ...(fresh !== undefined && { fresh }), ...(all && { origins: all }) };
}

async function runStages(state: StudyState, input: TuneStudyInput, keeper: ChangeKeeper): Promise<void> {
  for (let use = state.nextStage(); use !== undefined; use = state.nextStage()) {
    showWhereWeAre(state, input);
    await bringBackTrials(state, use);
    const decision = await runStage(state, use, () => showWhereWeAre(state, input)).catch(asFailure);
    if (decision === 'continueAsNew') {
      await storeBeforeNextRun(state, use);
      return goOnAsNew(state, input, keeper);
    }
    await storeBeforeDecision(state, use);
    const { trials, pages } = state.stageOf(use).inRecord();
    const warnings = await recordDecision({
      ...state.changed(),
      studyId: state.studyId,
      studyRun: state.run.studyRun,
      decision: pages === undefined ? decision : withoutPoints(decision),
      trials,
      ...(pages !== undefined && { pages }),
    });
    state.decide(use, withoutBulk(decision, warnings));
    showWhereWeAre(state, input);
    if (workflowInfo().continueAsNewSuggested) await goOnAsNew(state, input, keeper);
  }
}

/** Goes on in a new run with an empty history. */
async function goOnAsNew(state: StudyState, input: TuneStudyInput, keeper: ChangeKeeper): Promise<never> {
  await condition(allHandlersFinished);
  const changesKept = await keeper.settled();
  let snapshot: StudySnapshot;
  try {
    snapshot = state.snapshot();
  } catch (error) {
    return asFailure(error);
  }
  return continueAsNew<typeof tuneStudy>({ ...input, study: null, snapshot, changesKept });
}

async function conclude(state: StudyState): Promise<StudyResult> {
  const { report, model } = await publishStudy(state.record());
  const final: StudyFinal | null = state.final();
  return {
    studyId: state.studyId,
    status: 'completed',
    decisions: state.decisions.map(({ stage, stageId, hparams, because, confidence }) => ({
      stage,
      stageId,
      hparams,
      because,
      confidence,
    })),
    test: final?.test ?? null,
    model: model === null ? null : { uri: model },
    report: { uri: report },
    receipts: state.receipts,
    changes: state.control.changes,
    deviceSeconds: state.deviceSeconds,
    trials: state.trialCount,
    ...(state.run.origins && { origins: state.run.origins }),
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

/**
 * A plain error would fail the workflow task, which Temporal retries for ever: a stage's error ends the study instead.
 */
function asFailure(error: unknown): never {
  if (error instanceof StageInconclusive)
    throw ApplicationFailure.nonRetryable(error.message, FAILURES.stageInconclusive);
  if (error instanceof StudyTooLarge) throw ApplicationFailure.nonRetryable(error.message, FAILURES.studyTooLarge);
  throw error;
}

function showWhereWeAre(state: StudyState, input: TuneStudyInput): void {
  setCurrentDetails(liveTable(state.overview()));
  const stage = state.currentStageId() ?? state.status;
  // Each is an event in the history and a write to the server's index: once a stage, not twice a trial.
  if (!input.searchAttributes || stage === state.indexedStage) return;
  state.indexedStage = stage;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.study, value: state.studyId },
    { key: SEARCH_ATTRIBUTES.stage, value: stage },
  ]);
}
