/**
 * What a study knows while it runs, as one value: each transition gives the next and changes nothing of this one.
 *
 * @module
 */
import { chanceLossOf } from '../tasks';
import type { StudyFinal, StudyStatus } from '../words/progress';
import { NOTHING_ASKED } from './control/study-control';
import type { StudyControl } from './control/study-control';
import { STAGES } from '../stages';
import type { Decision, StudyFacts } from '../stages/stage';
import type { BudgetSpec, ResolvedStudy, StagesPlan, StageUse, StudyRun } from '../words/study';
import { heldAfter, hparamsOfModel } from '../trials/hparams';
import { trainingOf } from '../trials/trial-training';
import { measurementOf } from '../trials/outcome';
import { NO_RECOVERIES, withReceipts } from '../trials/recoveries';
import { costOfSegment, receiptsOf } from '../trials/segments';
import type { StudySnapshot } from './snapshot';
import { outlined } from './pages/outline';
import { broughtBack, decidedStage, endedTrial, hasStored, stageTrials, startedTrial } from './pages/stage-trials';
import type { StageTrials } from './pages/stage-trials';
import type { Receipt, Recoveries } from '../words/outcome';
import type { HParams, Trial } from '../words/trial';

/** What a state is made of. */
export interface StudyValues {
  readonly studyId: string;
  readonly run: StudyRun;
  readonly status: StudyStatus;
  /** By an update; a cancellation by Temporal itself needs no word here. */
  readonly isCancelled: boolean;
  /** `undefined` until it is resolved. */
  readonly study: ResolvedStudy | undefined;
  /** Those that have begun, in the order in which they did. */
  readonly stages: readonly StageTrials[];
  readonly control: StudyControl;
  readonly recoveries: Recoveries;
  /** The newest. */
  readonly receipts: readonly Receipt[];
  readonly engines: readonly string[];
  readonly deviceSeconds: number;
  /** Training examples processed so far: with `deviceSeconds` the rate that predicts what is left. */
  readonly examples: number;
  readonly final: StudyFinal | null;
}

/** A study that runs: the one place where its state gives way to the next. */
export interface LiveStudy {
  state: StudyState;
}

export class StudyState implements StudyValues {
  readonly studyId: string;
  readonly run: StudyRun;
  readonly status: StudyStatus;
  readonly isCancelled: boolean;
  readonly study: ResolvedStudy | undefined;
  readonly stages: readonly StageTrials[];
  readonly control: StudyControl;
  readonly recoveries: Recoveries;
  /** The newest. */
  readonly receipts: readonly Receipt[];
  readonly engines: readonly string[];
  readonly deviceSeconds: number;
  readonly examples: number;
  readonly final: StudyFinal | null;

  private constructor(values: StudyValues) {
    this.studyId = values.studyId;
    this.run = values.run;
    this.status = values.status;
    this.isCancelled = values.isCancelled;
    this.study = values.study;
    this.stages = values.stages;
    this.control = values.control;
    this.recoveries = values.recoveries;
    this.receipts = values.receipts;
    this.engines = values.engines;
    this.deviceSeconds = values.deviceSeconds;
    this.examples = values.examples;
    this.final = values.final;
  }

  /** A study before it is resolved, or as an earlier run of its workflow left it. */
  static of(studyId: string, run: StudyRun, snapshot: Partial<StudySnapshot> = {}): StudyState {
    const { study, stages = [], control = NOTHING_ASKED } = snapshot;
    return new StudyState({
      studyId,
      run,
      status: study === undefined ? 'resolving' : 'running',
      isCancelled: false,
      study,
      stages:
        study === undefined
          ? []
          : stages.map(({ stageId, ...record }) => stageTrials(stageId, study.objective, record)),
      control,
      recoveries: snapshot.recoveries ?? NO_RECOVERIES,
      receipts: snapshot.receipts ?? [],
      engines: snapshot.engines ?? [],
      deviceSeconds: snapshot.deviceSeconds ?? 0,
      examples: snapshot.examples ?? 0,
      final: snapshot.final ?? null,
    });
  }

  /**
   * @param decided Decisions of the leading stages that count from the start; none of their trials was this study's.
   */
  begun(study: ResolvedStudy, decided: readonly Decision[] = []): StudyState {
    const stages = decided.map((decision) => stageTrials(decision.stageId, study.objective, { decision }));
    return this.with({ study, status: 'running', stages });
  }

  ending(status: Extract<StudyStatus, 'completed' | 'cancelled' | 'failed'>): StudyState {
    return this.with({ status });
  }

  /** What people make of the study. */
  changed(changes: Partial<Pick<StudyValues, 'control' | 'isCancelled'>>): StudyState {
    return this.with(changes);
  }

  /** From now on; what has been spent stays spent. */
  budgeted(budget: BudgetSpec): StudyState {
    return this.with({ study: { ...this.resolved, budget } });
  }

  /** For the planner that has the stages to come. */
  replanned(plan: StagesPlan): StudyState {
    return this.with({ study: { ...this.resolved, ...plan } });
  }

  /** A stage as it stands, with what its driver knows of it besides its trials. */
  staged(use: StageUse, known: Partial<Pick<StageTrials, 'trialsPlanned' | 'visible'>> = {}): StudyState {
    return this.withStage({ ...this.stageOf(use), ...known });
  }

  /** Trials of a stage that have not ended will not. */
  abandoned(use: StageUse): StudyState {
    const stage = this.stageOf(use);
    return this.withStage({ ...stage, isAbandoned: true, trainingsEnded: stage.trainings });
  }

  started(use: StageUse, trial: Trial): StudyState {
    return this.withStage(startedTrial(this.stageOf(use), trial));
  }

  /** @param trial Whole; of a stage of thousands only an outline is kept. */
  ended(use: StageUse, index: number, trial: Trial): StudyState {
    const { objective } = this.resolved;
    const stage = STAGES[use.stage];
    const lines = stage?.curveReads?.({ options: use.options, facts: this.facts }, trial.spec);
    const metrics = stage?.metricsRead?.({ options: use.options }) ?? [];
    const kept = lines === undefined ? trial : outlined(trial, index, objective, { lines, metrics });
    const trials = endedTrial(this.stageOf(use), index, kept);
    const next = this.withStage(trials);
    const { result } = trial;
    if (result === undefined) return next;
    const cost = costOfSegment(trials.trials, trial);
    return next.with({
      ...withReceipts(this, receiptsOf(trial)),
      engines: [...new Set([...this.engines, result.engine])],
      deviceSeconds: this.deviceSeconds + cost.deviceSeconds,
      examples: this.examples + cost.examples,
    });
  }

  decided(use: StageUse, decision: Decision): StudyState {
    const stage = this.stageOf(use);
    const last = stage.trials.find(({ spec }) => spec.trialId === decision.finalTrialId)?.result;
    const next = this.withStage(decidedStage(stage, decision));
    if (last === undefined) return next;
    const { outcome, weights, model, trialId } = last;
    const test = measurementOf(outcome)?.test ?? null;
    return next.with({ final: { trialId, hparams: decision.hparams, test, weights, model } });
  }

  /** What `storable` gave of a stage is a further page in the store. */
  paged(use: StageUse, trials: readonly Trial[]): StudyState {
    return this.withStage(hasStored(this.stageOf(use), trials));
  }

  /** Stored trials of a stage are in the state again. */
  broughtBack(use: StageUse, trials: readonly Trial[]): StudyState {
    return this.withStage(broughtBack(this.stageOf(use), trials));
  }

  /** The resolved study. @throws Error before `begun`: a bug. */
  get resolved(): ResolvedStudy {
    if (this.study === undefined) throw new Error('the study is not resolved yet');
    return this.study;
  }

  get facts(): StudyFacts {
    const { dataset, task, training, objective, model, reproducible } = this.resolved;
    const { trainExamples, validationExamples, testExamples, folds } = dataset.split;
    const modelHparams = hparamsOfModel(model);
    return {
      trainExamples,
      validationExamples,
      testExamples,
      ...(folds !== undefined && { folds }),
      classes: dataset.classes,
      chanceLoss: chanceLossOf({ ...dataset, ...(task && { task }) }),
      ...(dataset.targets && { targets: dataset.targets }),
      ...(task && { task }),
      training: trainingOf(training, this.incumbent),
      objective,
      modelHparams,
      reproducible,
    };
  }

  get decisions(): readonly Decision[] {
    return this.resolved.stages.flatMap((use) => this.begunStage(use)?.decision ?? []);
  }

  /** Hyperparameters after the latest decision. */
  get incumbent(): HParams {
    return heldAfter(this.resolved.training.hparams, this.decisions);
  }

  get trialCount(): number {
    return this.stages.reduce((sum, { trainings }) => sum + trainings, 0);
  }

  isDecided(use: StageUse): boolean {
    return this.begunStage(use)?.decision !== undefined;
  }

  nextStage(): StageUse | undefined {
    return this.resolved.stages.find((use) => !this.isDecided(use));
  }

  currentStageId(): string | undefined {
    return this.study === undefined ? undefined : this.nextStage()?.stageId;
  }

  /** `undefined` before a stage has begun. */
  begunStage({ stageId }: StageUse): StageTrials | undefined {
    return this.stages.find((stage) => stage.stageId === stageId);
  }

  /** A stage's trials; none before it has begun. */
  stageOf(use: StageUse): StageTrials {
    return this.begunStage(use) ?? stageTrials(use.stageId, this.resolved.objective);
  }

  /** In the order of their start. */
  startedTrials(use: StageUse): readonly Trial[] {
    return this.begunStage(use)?.trials ?? [];
  }

  /** Hyperparameters that people asked a stage to try. */
  enqueuedFor({ stageId }: StageUse): readonly HParams[] {
    return this.control.enqueued.filter((trial) => trial.stageId === stageId).map(({ hparams }) => hparams);
  }

  /** Whether a stage, once it is its turn, begins only when somebody approves. */
  waitsForApproval({ stageId, gate }: StageUse): boolean {
    return gate === 'approve' && !this.control.approved.includes(stageId) && !this.control.skipped.includes(stageId);
  }

  private with(changes: Partial<StudyValues>): StudyState {
    return new StudyState({ ...this, ...changes });
  }

  private withStage(stage: StageTrials): StudyState {
    const isKnown = this.stages.some(({ stageId }) => stageId === stage.stageId);
    return this.with({
      stages: isKnown
        ? this.stages.map((other) => (other.stageId === stage.stageId ? stage : other))
        : [...this.stages, stage],
    });
  }
}
