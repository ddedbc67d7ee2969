/**
 * One stage: ask it for trials while slots are free, run them side by side, ask again whenever one ends, and have it
 * decide.
 *
 * @module
 */
import { ApplicationFailure, CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import { cutWarning, isAdmitted } from './budget/admission';
import { FAILURES } from '../words/contract';
import { skippedDecision } from './control/skipped-decision';
import { PlannerUnknown } from './planner-version';
import { isTakenBack, runTrial } from './run-trial';
import type { RunningTrial } from './run-trial';
import { stageContext } from './stage-context';
import { canSpend, nextStep, suggestionWithin } from '../planning/loop';
import type { Step } from '../planning/loop';
import { STAGES } from '../stages';
import { decideOnLess } from '../stages/decide-on-less';
import { StageInconclusive } from '../stages/stage';
import type { Decision, Stage, StageContext } from '../stages/stage';
import type { LiveStudy, StudyState } from './state';
import { unbuildableStudy } from './unbuildable-study';
import type { StageUse } from '../words/study';
import type { Trial, TrialSpec } from '../words/trial';

/** More trials than any stage needs: one that reaches it has a bug in `suggest`. */
const TRIALS_MAX = 100_000;

/**
 * Runs a stage to its decision.
 *
 * @returns The decision, or `continueAsNew` when the history has grown long: no trial runs then, and the state holds
 *   them all.
 * @throws StageInconclusive, or the failure of a trial, with all other trials of the stage cancelled.
 */
export async function runStage(
  study: LiveStudy,
  use: StageUse,
  options: RunOptions,
): Promise<Decision | 'continueAsNew'> {
  return CancellationScope.cancellable(() => new StageRun(study, use, options).run());
}

interface RunOptions {
  readonly taskQueuePrefix: string;
  readonly onChange: () => void;
}

class StageRun {
  private readonly stage: Stage;
  /** By their index in `trials`. */
  private readonly running = new Map<number, RunningTrial>();
  /** Indexes of running trials that were told to stop. */
  private readonly takenBack = new Set<number>();
  /**
   * Indexes of trials that were taken back, in this run of the workflow or an earlier one: they go on before any other
   * starts.
   */
  private readonly interrupted: number[];
  /**
   * Any trial in this run of the workflow: one that has brought much back must not hand it on before it did anything.
   */
  private hasStarted = false;
  private failure: Error | undefined;

  constructor(
    private readonly study: LiveStudy,
    private readonly use: StageUse,
    private readonly options: RunOptions,
  ) {
    const stage = STAGES[use.stage];
    if (stage === undefined)
      throw ApplicationFailure.nonRetryable(
        `stage must be one of ${Object.keys(STAGES).join(', ')}, got ${use.stage}`,
        FAILURES.invalidStudy,
      );
    this.stage = stage;
    this.interrupted = this.trials.flatMap(({ result }, index) => (result === undefined ? [index] : []));
    const { trials: trialsPlanned } = this.ask(() => stage.estimate(this.context([])));
    study.state = study.state.staged(use, { trialsPlanned });
  }

  async run(): Promise<Decision | 'continueAsNew'> {
    const scope = CancellationScope.current();
    for (;;) {
      if (this.isPaused || this.isSkipped) this.takeBack();
      const next = this.next();
      if (next === 'conclude') return this.ask(() => (this.isSkipped ? this.skip() : this.decide()));
      if (next === 'continueAsNew') return 'continueAsNew';
      if (next === 'wait') await this.somethingHappens(scope);
      else if (next === 'goOn') this.goOn();
      else this.start(next.start);
    }
  }

  private get state(): StudyState {
    return this.study.state;
  }

  private get isPaused(): boolean {
    return this.state.control.paused;
  }

  private get isSkipped(): boolean {
    return this.state.control.skipped.includes(this.use.stageId);
  }

  private get trials(): readonly Trial[] {
    return this.state.stageOf(this.use).trials;
  }

  private get parallel(): number {
    return this.state.resolved.budget.parallelTrials;
  }

  private next(): Step | 'goOn' | 'continueAsNew' {
    const { running } = this;
    const idle = running.size > 0 ? 'wait' : 'conclude';
    if (running.size >= this.parallel) return 'wait';
    if (workflowInfo().continueAsNewSuggested && this.hasStarted) return running.size > 0 ? 'wait' : 'continueAsNew';
    if (this.isPaused) return 'wait';
    if (this.isSkipped) return idle;
    if (this.state.waitsForApproval(this.use)) return 'wait';
    return this.interrupted.length > 0 ? 'goOn' : this.ask(() => this.askStage());
  }

  private askStage(): Step {
    const { state, use, stage, trials, running } = this;
    const { reproducible, budget } = state.resolved;
    const standing = {
      trials,
      running: running.size,
      parallelTrials: budget.parallelTrials,
      visible: reproducible ? state.stageOf(use).visible : undefined,
    };
    const { step, visible } = nextStep(standing, {
      suggest: (seen) => suggestionWithin(stage, this.context(seen)),
      admits: (spec) => isAdmitted(state, use, spec),
    });
    if (reproducible) this.study.state = state.staged(use, { visible });
    if (typeof step === 'object' && trials.length >= TRIALS_MAX)
      throw new StageInconclusive(`stage ${use.stageId} asked for more than ${TRIALS_MAX} trials`);
    return step;
  }

  private start(spec: TrialSpec): void {
    const index = this.trials.length;
    this.study.state = this.state.started(this.use, { spec });
    this.train(index, spec);
  }

  /** From its newest checkpoint, as the first worker to take it does. */
  private goOn(): void {
    const index = this.interrupted.shift();
    const trial = index === undefined ? undefined : this.trials[index];
    if (index !== undefined && trial !== undefined) this.train(index, trial.spec);
  }

  private train(index: number, spec: TrialSpec): void {
    const { studyRun, fresh } = this.state.run;
    const { dataset, model, objective, checkpointEverySeconds, checkpointEverySteps, training } = this.state.resolved;
    const input = {
      studyId: this.state.studyId,
      studyRun,
      ...(fresh !== undefined && { fresh }),
      dataset,
      model,
      optimizer: training.optimizer,
      objective,
      checkpointEverySeconds,
      ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
      trial: spec,
    };
    const trial = runTrial(this.options.taskQueuePrefix, input);
    this.hasStarted = true;
    this.running.set(index, trial);
    // Both handlers are attached in the tick of the call: a failure is never an unhandled rejection.
    trial.result
      .then(
        (result) => this.endedWith(index, { spec, result }),
        (error: unknown) => this.endedWithout(index, error),
      )
      .catch((error: unknown) => {
        this.failure ??= error as Error;
      });
    this.options.onChange();
  }

  private endedWith(index: number, trial: Trial): void {
    this.forget(index);
    this.study.state = this.state.ended(this.use, index, trial);
    this.failure ??= unbuildableStudy(this.stage, this.state.incumbent, trial);
  }

  /**
   * In one go: a trial that waits to go on must not be among those that run, or it would be forgotten again while it
   * does.
   */
  private endedWithout(index: number, error: unknown): void {
    const wasTakenBack = this.forget(index);
    if (!wasTakenBack || !isTakenBack(error)) this.failure ??= error as Error;
    else this.interrupted.splice(this.interrupted.filter((other) => other < index).length, 0, index);
  }

  /** @returns Whether it had been told to stop. */
  private forget(index: number): boolean {
    this.running.delete(index);
    return this.takenBack.delete(index);
  }

  /** Every running trial writes a checkpoint and frees its device. */
  private takeBack(): void {
    for (const [index, trial] of this.running) {
      if (this.takenBack.has(index)) continue;
      this.takenBack.add(index);
      trial.takeBack();
    }
  }

  /** Waits for the end of a trial, or for a change that somebody asks of the study. */
  private async somethingHappens(scope: CancellationScope): Promise<void> {
    const { size } = this.running;
    const changes = (): number => this.state.control.changes.length;
    const before = changes();
    try {
      await condition(() => this.running.size < size || this.failure !== undefined || changes() > before);
    } catch (error) {
      if (isCancellation(error)) await this.drain();
      throw error;
    }
    if (this.failure !== undefined) {
      // Fails the workflow's task in this very activation: nothing that other maths asks for may reach the server.
      if (this.failure instanceof PlannerUnknown) throw this.failure;
      scope.cancel();
      await this.drain();
      throw this.failure;
    }
    this.options.onChange();
  }

  /** Trials write a checkpoint when they are cancelled: the stage ends only after them. */
  private async drain(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.running.size === 0));
  }

  private decide(): Decision {
    const context = this.context(this.trials);
    const next = this.stage.suggest(context);
    if (next === undefined || (canSpend(this.stage, context.remaining) && isAdmitted(this.state, this.use, next)))
      return this.stage.decide(context);
    const decision = decideOnLess(this.stage, context);
    const warning = cutWarning(this.state, this.use, next);
    return {
      ...decision,
      confidence: 'low',
      evidence: { ...decision.evidence, warnings: [...decision.evidence.warnings, warning] },
    };
  }

  private skip(): Decision {
    this.study.state = this.state.abandoned(this.use);
    return skippedDecision(this.stage, this.context(this.trials));
  }

  private context(trials: readonly Trial[]): StageContext<unknown> {
    return stageContext(this.state, this.use, trials);
  }

  /** A bug in a stage ends the study with its message; thrown as it is, it would fail the workflow task for ever. */
  private ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      if (error instanceof StageInconclusive) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw ApplicationFailure.nonRetryable(`stage ${this.use.stageId} is broken: ${message}`, FAILURES.stageBroken);
    }
  }
}
