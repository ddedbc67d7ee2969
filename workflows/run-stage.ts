/**
 * One stage: ask it for trials while slots are free, run them side by side, ask again whenever one ends, and have it decide.
 *
 * @module
 */
import { ActivityCancellationType, ApplicationFailure, CancellationScope, condition, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { remainingBudget } from './budget';
import { NON_RETRYABLE, TASK_QUEUES } from './contract';
import type { TrainingActivities } from './contract';
import { deriveSeed } from './search/random';
import { STAGES } from './stages';
import { decideOnLess } from './stages/decide-on-less';
import { StageInconclusive } from './stages/stage';
import type { Decision, Stage, StageContext } from './stages/stage';
import type { StudyState } from './study-state';
import type { StageUse } from './study';
import type { Trial, TrialSpec } from './trial';

/** More trials than any stage needs: one that reaches it has a bug in `suggest`. */
const TRIALS_MAX = 100_000;

/**
 * Runs a stage to its decision.
 *
 * @returns The decision, or `continueAsNew` when the history has grown long: no trial runs then, and the state holds them all.
 * @throws StageInconclusive, or the failure of a trial, with all other trials of the stage cancelled.
 */
export async function runStage(state: StudyState, use: StageUse, onChange: () => void): Promise<Decision | 'continueAsNew'> {
  return CancellationScope.cancellable(() => new StageRun(state, use, onChange).run());
}

class StageRun {
  private readonly stage: Stage;
  private running = 0;
  private failure: unknown;

  constructor(private readonly state: StudyState, private readonly use: StageUse, private readonly onChange: () => void) {
    const stage = STAGES[use.stage];
    if (stage === undefined) throw ApplicationFailure.nonRetryable(`stage must be one of ${Object.keys(STAGES).join(', ')}, got ${use.stage}`, 'InvalidStudy');
    this.stage = stage;
    state.plannedTrials.set(use.stageId, this.ask(() => stage.estimate(this.context([]))).trials);
  }

  async run(): Promise<Decision | 'continueAsNew'> {
    const scope = CancellationScope.current();
    for (;;) {
      const next = this.nextTrial();
      if (next === 'conclude') return this.ask(() => this.decide());
      if (next === 'continueAsNew') return 'continueAsNew';
      if (next === 'wait') await this.trialEnds(scope);
      else this.start(next);
    }
  }

  private get trials(): Trial[] {
    return this.state.trialsOf(this.use);
  }

  private get visible(): number {
    return this.state.visibleTo(this.use);
  }

  private get parallel(): number {
    return this.state.resolved.budget.parallelTrials;
  }

  private nextTrial(): TrialSpec | 'wait' | 'conclude' | 'continueAsNew' {
    const { trials } = this;
    if (this.running >= this.parallel) return 'wait';
    if (workflowInfo().continueAsNewSuggested) return this.running > 0 ? 'wait' : 'continueAsNew';
    if (!this.mayAsk()) return 'wait';
    const spec = this.affordable() ? this.ask(() => this.stage.suggest(this.context(this.visibleTrials()))) : undefined;
    if (spec !== undefined) {
      if (trials.length >= TRIALS_MAX) throw new StageInconclusive(`stage ${this.use.stageId} asked for more than ${TRIALS_MAX} trials`);
      return spec;
    }
    if (this.state.resolved.reproducible && this.visible < trials.length) {
      this.state.show(this.use, this.visible + 1);
      return this.mayAsk() ? this.nextTrial() : 'wait';
    }
    return this.running > 0 ? 'wait' : 'conclude';
  }

  /**
   * Any time, in general. In a reproducible study suggestion k sees exactly the trials up to k - parallelTrials, so it waits for
   * those, however fast later ones end.
   */
  private mayAsk(): boolean {
    if (!this.state.resolved.reproducible) return true;
    this.state.show(this.use, Math.max(this.visible, this.trials.length - this.parallel + 1));
    return this.trials.slice(0, this.visible).every(({ result }) => result !== undefined);
  }

  private visibleTrials(): readonly Trial[] {
    if (!this.state.resolved.reproducible) return this.trials;
    return this.trials.map((trial, index) => (index < this.visible ? trial : { spec: trial.spec }));
  }

  private start(spec: TrialSpec): void {
    const { study } = this.state;
    if (study === undefined) throw new Error('the study is not resolved yet');
    const index = this.trials.length;
    this.state.started(this.use, { spec });
    this.running += 1;
    const { dataset, model, objective, checkpointEverySteps, training } = study;
    const input = { studyId: this.state.studyId, dataset, model, optimizer: training.optimizer, objective, checkpointEverySteps, trial: spec };
    // Both handlers are attached in the tick of the call: a failure is never an unhandled rejection.
    runTrialActivity(this.state.taskQueuePrefix, spec)(input).then(
      (result) => this.state.ended(this.use, index, { spec, result }),
      (error: unknown) => { this.failure ??= error; },
    ).finally(() => { this.running -= 1; }).catch((error: unknown) => { this.failure ??= error; });
    this.onChange();
  }

  private async trialEnds(scope: CancellationScope): Promise<void> {
    const { running } = this;
    try {
      await condition(() => this.running < running || this.failure !== undefined);
    } catch (error) {
      if (isCancellation(error)) await this.drain();
      throw error;
    }
    if (this.failure !== undefined) {
      scope.cancel();
      await this.drain();
      throw this.failure;
    }
    this.onChange();
  }

  /** Trials write a checkpoint when they are cancelled: the stage ends only after them. */
  private async drain(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.running === 0));
  }

  private affordable(): boolean {
    const { deviceSeconds, trials } = this.ask(() => remainingBudget(this.state));
    return this.stage.mustRun === true || (deviceSeconds > 0 && trials > 0);
  }

  private decide(): Decision {
    const context = this.context(this.trials);
    if (this.affordable() || this.stage.suggest(context) === undefined) return this.stage.decide(context);
    const decision = decideOnLess(this.stage, context);
    const warning = 'the budget ran out in this stage: the answer rests on fewer trials than planned';
    return { ...decision, confidence: 'low', evidence: { ...decision.evidence, warnings: [...decision.evidence.warnings, warning] } };
  }

  private context(trials: readonly Trial[]): StageContext<unknown> {
    const { state, use } = this;
    const { incumbent, facts, decisions } = state;
    const seed = deriveSeed(state.resolved.seed, use.stageId);
    return { stageId: use.stageId, options: use.options, incumbent, trials, seed, facts, remaining: remainingBudget(state), decisions };
  }

  /** A bug in a stage ends the study with its message; thrown as it is, it would fail the workflow task for ever. */
  private ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      if (error instanceof StageInconclusive) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw ApplicationFailure.nonRetryable(`stage ${this.use.stageId} is broken: ${message}`, 'StageBroken');
    }
  }
}

/** The activity of one trial; in the UI it goes by the trial's own id. */
function runTrialActivity(prefix: string, { trialId, label }: TrialSpec): TrainingActivities['runTrial'] {
  const { runTrial } = proxyActivities<TrainingActivities>({
    taskQueue: `${prefix}${TASK_QUEUES.training}`,
    activityId: trialId,
    summary: label,
    // One attempt; a hang is noticed by its heartbeats long before.
    startToCloseTimeout: '30 days',
    // A worker or its machine that dies is noticed within this.
    heartbeatTimeout: '12s',
    // A stage ends after its trials. This is said to be the default of the SDK, and is not.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Unlimited: machines die as often as they like. What no retry mends is non-retryable by type.
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', nonRetryableErrorTypes: [...NON_RETRYABLE] },
  });
  return runTrial;
}
