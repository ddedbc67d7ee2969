/**
 * One stage: ask it for trials while slots are free, run them side by side, ask again whenever one ends, and have it
 * decide.
 *
 * @module
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { isAdmitted } from './budget/admission';
import { concluded } from './budget/conclusion';
import { FAILURES } from '../words/contract';
import { skippedDecision } from './control/skipped-decision';
import { PlannerUnknown } from './planner-version';
import { isAtItsEnd, isLong, RunLength } from './run-length';
import { runTrial } from './run-trial';
import { RunningTrials } from './running-trials';
import { stageContext } from './stage-context';
import { nextStep, suggestionWithin } from '../planning/loop';
import type { Step } from '../planning/loop';
import { STAGES } from '../stages';
import { StageInconclusive } from '../stages/stage';
import { stageInUse } from '../stages/stage-in-use';
import type { Decision, Stage, StageContext } from '../stages/stage';
import { heldBackBy } from './pages/stage-trials';
import type { LiveStudy, StudyState } from './state';
import { Suggestions, Unanswered } from './suggestions';
import { trialInput } from './trial-input';
import { unbuildableStudy } from './unbuildable-study';
import type { StageUse } from '../words/study';
import type { Trial, TrialSpec } from '../words/trial';

/** More trials than any stage needs: one that reaches it has a bug in `suggest`. */
const TRIALS_MAX = 100_000;

/**
 * Questions to a stage between two events: each looks through all its trials, and the SDK ends a workflow that computes
 * for 5 seconds.
 */
const ASKED_MAX = 16;

/**
 * Runs a stage to its decision.
 *
 * @returns The decision, or `continueAsNew` when the history has grown long: no trial runs then. Those that did were
 *   taken back, and go on in the next run.
 * @throws StageInconclusive, or the failure of a trial, with all other trials of the stage cancelled.
 */
export async function runStage(
  study: LiveStudy,
  use: StageUse,
  options: RunOptions,
): Promise<Decision | 'continueAsNew'> {
  return CancellationScope.cancellable(() => new StageRun(study, use, options).run());
}

/** Trials that end within this need not be taken back before the workflow continues as new. */
const ENDING = '5 seconds';

interface RunOptions {
  readonly taskQueuePrefix: string;
  readonly onChange: () => void;
}

class StageRun {
  private readonly stage: Stage;
  private readonly running: RunningTrials;
  private readonly suggestions = new Suggestions();
  private readonly length = new RunLength();
  /** Questions since the event that this counts from. */
  private asked = { since: 0, count: 0 };
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
    const stage = stageInUse(STAGES, use);
    if (stage === undefined)
      throw ApplicationFailure.nonRetryable(
        `stage must be one of ${Object.keys(STAGES).join(', ')}, got ${use.stage}`,
        FAILURES.invalidStudy,
      );
    this.stage = stage;
    this.running = new RunningTrials(this.trials.flatMap(({ result }, index) => (result === undefined ? [index] : [])));
    const { trials: trialsPlanned } = this.ask(() => stage.estimate(this.context([])));
    study.state = study.state.staged(use, { trialsPlanned });
  }

  async run(): Promise<Decision | 'continueAsNew'> {
    for (;;) {
      try {
        const end = await this.turn();
        if (end !== undefined) return end;
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        await this.during(() => this.suggestions.workOut(error.question, this.wanted));
      }
    }
  }

  /** One thing at a time, until there is an end. */
  private async turn(): Promise<Decision | 'continueAsNew' | undefined> {
    if (this.isPaused || this.isSkipped) this.running.takeBack();
    const next = this.next();
    if (next === 'conclude')
      return this.ask(() =>
        this.isSkipped ? this.skip() : concluded(this.stage, this.state, this.use, this.context(this.trials)),
      );
    if (next === 'continueAsNew') return 'continueAsNew';
    if (next === 'wait') await this.somethingHappens();
    else if (next === 'handOver') await this.handOver();
    else if (next === 'breathe') await this.during(() => sleep(1));
    else if (next === 'goOn') this.goOn();
    else this.start(next.start);
    return undefined;
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

  /** Points that can be used at once; in a reproducible study each is asked for by itself, in what it may see. */
  private get wanted(): number {
    return this.state.resolved.reproducible ? 1 : Math.max(1, this.parallel - this.running.count);
  }

  private next(): Step | 'goOn' | 'breathe' | 'handOver' | 'continueAsNew' {
    const { running } = this;
    const idle = running.count > 0 ? 'wait' : 'conclude';
    if (this.hasStarted && this.shouldEndRun()) return running.count > 0 ? 'handOver' : 'continueAsNew';
    if (running.count >= this.parallel) return 'wait';
    if (this.isPaused) return 'wait';
    if (this.isSkipped) return idle;
    if (this.state.waitsForApproval(this.use)) return 'wait';
    if (running.hasInterrupted) return 'goOn';
    return this.hasAskedEnough() ? 'breathe' : this.ask(() => this.askStage());
  }

  /** A trial that has run for thousands of others holds these back from the store: it is waited for while that can be. */
  private shouldEndRun(): boolean {
    const soFar = this.length.soFar();
    return (
      isAtItsEnd(soFar) || (isLong(soFar, this.parallel) && heldBackBy(this.state.stageOf(this.use)) === undefined)
    );
  }

  /** Ends the trials that run, whose training goes on from their checkpoints in the next run of the workflow. */
  private async handOver(): Promise<void> {
    const { running } = this;
    await this.during(() => condition(() => running.count === 0 || this.failure !== undefined, ENDING));
    running.takeBack((heldBackBy(this.state.stageOf(this.use)) ?? -1) + 1);
    if (running.count > 0) await this.somethingHappens();
  }

  private hasAskedEnough(): boolean {
    const { historyLength } = workflowInfo();
    if (historyLength !== this.asked.since) this.asked = { since: historyLength, count: 0 };
    this.asked.count += 1;
    return this.asked.count > ASKED_MAX;
  }

  private askStage(): Step {
    const { state, use, stage, trials, running } = this;
    const { reproducible, budget } = state.resolved;
    const standing = {
      trials,
      running: running.count,
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
    const index = this.running.nextInterrupted();
    const trial = index === undefined ? undefined : this.trials[index];
    if (index !== undefined && trial !== undefined) this.train(index, trial.spec);
  }

  private train(index: number, spec: TrialSpec): void {
    const trial = runTrial(this.options.taskQueuePrefix, trialInput(this.state, spec));
    this.hasStarted = true;
    this.running.started(index, trial);
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
    this.running.ended(index);
    this.study.state = this.state.ended(this.use, index, trial);
    this.failure ??= unbuildableStudy(this.stage, this.state.incumbent, trial);
  }

  private endedWithout(index: number, error: unknown): void {
    if (!this.running.endedWith(index, error)) this.failure ??= error as Error;
  }

  /** Waits for the end of a trial, or for a change that somebody asks of the study. */
  private async somethingHappens(): Promise<void> {
    const { count } = this.running;
    const changes = (): number => this.state.control.changes.length;
    const before = changes();
    await this.during(() =>
      condition(() => this.running.count < count || this.failure !== undefined || changes() > before),
    );
    this.suggestions.forget();
    this.options.onChange();
  }

  /** Waits while trials run; one that fails is the end of them all. */
  private async during(wait: () => Promise<unknown>): Promise<void> {
    try {
      await wait();
    } catch (error) {
      if (isCancellation(error)) await this.drain();
      throw error;
    }
    if (this.failure === undefined) return;
    // Fails the workflow's task in this very activation: nothing that other maths asks for may reach the server.
    if (this.failure instanceof PlannerUnknown) throw this.failure;
    CancellationScope.current().cancel();
    await this.drain();
    throw this.failure;
  }

  /** Trials write a checkpoint when they are cancelled: the stage ends only after them. */
  private async drain(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.running.count === 0));
  }

  private skip(): Decision {
    this.study.state = this.state.abandoned(this.use);
    return skippedDecision(this.stage, this.context(this.trials));
  }

  private context(trials: readonly Trial[]): StageContext<unknown> {
    return { ...stageContext(this.state, this.use, trials), answers: this.suggestions.answerTo };
  }

  /** A bug in a stage ends the study with its message; thrown as it is, it would fail the workflow task for ever. */
  private ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      if (error instanceof StageInconclusive || error instanceof Unanswered) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw ApplicationFailure.nonRetryable(`stage ${this.use.stageId} is broken: ${message}`, FAILURES.stageBroken);
    }
  }
}
