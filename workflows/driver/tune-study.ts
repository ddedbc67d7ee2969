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
  CancelledFailure,
  condition,
  ContinueAsNew,
  continueAsNew,
  defineQuery,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { FAILURES, NON_RETRYABLE, STUDY_PROGRESS_QUERY, STUDY_RECORD_QUERY } from '../words/contract';
import type { StudyActivities, TuneStudyInput } from '../words/contract';
import type { StudyProgress, StudyRecord, StudyResult } from '../words/progress';
import { accept } from './control/accept';
import { workflowTime } from './control/clock';
import { handleUpdates } from './control/handlers';
import { ChangeKeeper } from './control/keep-changes';
import { StudyDisplay } from './display';
import { PlannerUnknown } from './planner-version';
import { runStage } from './run-stage';
import { takePlanner } from './stage-planner';
import { StageInconclusive } from '../stages/stage';
import type { Decision } from '../stages/stage';
import { inRecord } from './pages/stage-trials';
import type { StageUse, StudyRun } from '../words/study';
import { progressOf, recordOf, resultOf } from './progress';
import { StudyState } from './state';
import type { LiveStudy } from './state';
import { StudyTooLarge, snapshotOf, withoutBulk } from './snapshot';
import type { StudySnapshot } from './snapshot';
import { bringBackTrials, storeBeforeDecision, storeBeforeNextRun, withoutPoints } from './pages/pages';

const studyProgress = defineQuery<StudyProgress>(STUDY_PROGRESS_QUERY);
const studyRecord = defineQuery<StudyRecord | null>(STUDY_RECORD_QUERY);

/** Waits for a store that is away or refuses, for people to mend: watchers are told what it waits for. */
const { resolveStudy } = proxyActivities<StudyActivities>({
  // Packing a large data set over a slow link takes long, and beats while bytes move.
  startToCloseTimeout: '30 days',
  heartbeatTimeout: '30s',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

/** When the study has failed anyway, or was cancelled: a store that stays away is not waited for. */
const { publishStudy: publishWhatIsKnown } = proxyActivities<StudyActivities>({
  startToCloseTimeout: '4 days',
  heartbeatTimeout: '2 minutes',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumAttempts: 6,
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

/** Hours of training stand behind these: they wait for the store for as long as it takes. */
const { recordDecision, publishStudy } = proxyActivities<StudyActivities>({
  // Copying a large model over a slow link takes long, and beats while bytes move.
  startToCloseTimeout: '4 days',
  heartbeatTimeout: '2 minutes',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
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
  const study: LiveStudy = { state: StudyState.of(input.studyId, studyRunOf(input), input.snapshot) };
  const display = new StudyDisplay(input.searchAttributes);
  const root = CancellationScope.current();
  const work = new CancellationScope();
  const keeper = new ChangeKeeper(study, input.changesKept);
  setHandler(studyProgress, () => progressOf(study.state));
  setHandler(studyRecord, () => (study.state.study === undefined ? null : recordOf(study.state)));
  handleUpdates(study, () => {
    if (study.state.isCancelled) work.cancel();
    else keeper.noticed();
    display.details(study.state);
  });
  try {
    return await work.run(() => new Tuning(study, input, keeper, display).run());
  } catch (error) {
    if (error instanceof ContinueAsNew || error instanceof PlannerUnknown) throw error;
    // Temporal's own cancellation comes without a word of who asked.
    if (isCancellation(error) && !study.state.isCancelled)
      study.state = accept(study.state, 'cancel', {}, workflowTime()).state;
    study.state = study.state.ending(isCancellation(error) ? 'cancelled' : 'failed');
    display.show(study.state);
    await keepWhatIsKnown(study.state, error);
    if (isCancellation(error)) await serverAsks(root);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    throw error;
  }
}

/** The way of a study from where it stands to its result. */
class Tuning {
  constructor(
    private readonly study: LiveStudy,
    private readonly input: TuneStudyInput,
    private readonly keeper: ChangeKeeper,
    private readonly display: StudyDisplay,
  ) {}

  async run(): Promise<StudyResult> {
    await this.resolve();
    this.keeper.noticed();
    await this.runStage();
    this.study.state = this.study.state.ending('completed');
    this.show();
    const result = await conclude(this.study);
    await condition(allHandlersFinished);
    return result;
  }

  private async resolve(): Promise<void> {
    if (this.study.state.study !== undefined) return;
    this.show();
    const { studyId, study, carried } = this.input;
    const { run } = this.study.state;
    const resolved = await resolveStudy({ studyId, study, ...run, ...(carried && { carried }) });
    this.study.state = this.study.state.begun(resolved, carried?.decisions);
  }

  /** Runs the next stage; only the last ends in this run of the workflow, so that no run has the maths of two. */
  private async runStage(): Promise<void> {
    const { study } = this;
    this.show();
    await takePlanner(study);
    const use = study.state.nextStage();
    if (use === undefined) return;
    study.state = study.state.staged(use);
    await bringBackTrials(study, use);
    const { taskQueuePrefix } = this.input;
    const decision = await runStage(study, use, { taskQueuePrefix, onChange: () => this.show() }).catch(asFailure);
    if (decision === 'continueAsNew') {
      await storeBeforeNextRun(study, use);
      return this.goOnAsNew(continueAsNew<typeof tuneStudy>);
    }
    await storeBeforeDecision(study, use);
    const warnings = await keepDecision(study.state, use, decision);
    study.state = study.state.decided(use, withoutBulk(decision, warnings));
    if (study.state.nextStage() !== undefined) await this.goOnAsNew(withNextStage());
  }

  /** Goes on in a new run with an empty history. */
  private async goOnAsNew(next: typeof continueAsNew<typeof tuneStudy>): Promise<never> {
    await condition(allHandlersFinished);
    const changesKept = await this.keeper.settled();
    // One that came while it waited would be forgotten by the next run.
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the study was cancelled');
    let snapshot: StudySnapshot;
    try {
      snapshot = snapshotOf(this.study.state);
    } catch (error) {
      return asFailure(error);
    }
    return next({ ...this.input, study: null, snapshot, changesKept });
  }

  private show(): void {
    this.display.show(this.study.state);
  }
}

/** @returns All warnings of the decision, those of its insights too; `undefined` in histories of earlier versions. */
async function keepDecision(
  state: StudyState,
  use: StageUse,
  decision: Decision,
): Promise<readonly string[] | undefined> {
  const { control, resolved, studyId, run } = state;
  const { trials, pages } = inRecord(state.stageOf(use));
  return recordDecision({
    ...(control.changes.length > 0 && { control, budget: resolved.budget }),
    studyId,
    studyRun: run.studyRun,
    plannerVersion: resolved.plannerVersion,
    decision: pages === undefined ? decision : withoutPoints(decision),
    trials,
    ...(pages !== undefined && { pages }),
  });
}

/**
 * A workflow that the update `cancel` ended closes as cancelled only if the server has asked for that too; without it,
 * as failed by a cancellation.
 */
async function serverAsks(root: CancellationScope): Promise<void> {
  if (root.consideredCancelled) return;
  await CancellationScope.nonCancellable(() => condition(() => root.consideredCancelled, SERVER_ASKS_WITHIN));
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

/** In a versioned deployment a stage stays with the version of the workers that it began with, and the next need not. */
function withNextStage(): typeof continueAsNew<typeof tuneStudy> {
  return makeContinueAsNewFunc<typeof tuneStudy>({ initialVersioningBehavior: 'AUTO_UPGRADE' });
}

async function conclude(study: LiveStudy): Promise<StudyResult> {
  const published = await publishStudy(recordOf(study.state));
  return resultOf(recordOf(study.state), published);
}

/** Publishes the report of a study that ends early; its own trouble must not hide why. */
async function keepWhatIsKnown(state: StudyState, error: unknown): Promise<void> {
  if (state.study === undefined) return;
  const failure = state.status === 'failed' ? reasonOf(error) : undefined;
  await CancellationScope.nonCancellable(async () => {
    await publishWhatIsKnown(recordOf(state, failure)).catch(() => undefined);
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
