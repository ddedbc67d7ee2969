/**
 * What a study knows while it runs: a value that snapshots to plain JSON for continue-as-new.
 *
 * @module
 */
import type { StageProgress, StudyFinal, StudyProgress, StudyRecord, StudyStatus } from '../words/progress';
import { StudyControl } from './control/study-control';
import type { ControlSnapshot } from './control/study-control';
import { STAGES } from '../stages';
import type { Decision, StudyFacts } from '../stages/stage';
import type { BudgetSpec, ResolvedStudy, StageUse, StudyRun } from '../words/study';
import { costOfSegment, receiptsOf } from '../trials/segments';
import { fitting } from './snapshot';
import type { StudySnapshot } from './snapshot';
import { outlined } from './pages/outline';
import { StageTrials } from './pages/stage-trials';
import type { HParams, Trial } from '../words/trial';
import type { Receipt } from '../words/outcome';

export class StudyState {
  status: StudyStatus = 'resolving';
  study: ResolvedStudy | undefined;
  deviceSeconds = 0;
  /** Training examples processed so far: with `deviceSeconds` the rate that predicts what is left. */
  examples = 0;
  readonly receipts: Receipt[] = [];
  readonly control: StudyControl;
  /** What this run of the workflow has told the server's index last. */
  indexedStage: string | undefined;
  private readonly engines = new Set<string>();
  private readonly stages = new Map<string, StageTrials>();
  private finalResult: StudyFinal | null = null;

  constructor(
    readonly studyId: string,
    readonly taskQueuePrefix: string,
    readonly run: StudyRun,
    snapshot?: StudySnapshot,
  ) {
    this.control = new StudyControl(snapshot?.control);
    if (snapshot === undefined) return;
    this.start(snapshot.study);
    this.deviceSeconds = snapshot.deviceSeconds;
    this.examples = snapshot.examples;
    this.receipts.push(...snapshot.receipts);
    snapshot.engines.forEach((engine) => this.engines.add(engine));
    this.finalResult = snapshot.final;
    for (const { stageId, ...record } of snapshot.stages)
      this.stages.set(stageId, new StageTrials(stageId, snapshot.study.objective, record));
  }

  /**
   * @param decided Decisions of the leading stages that count from the start; none of their trials was this study's.
   */
  start(study: ResolvedStudy, decided: readonly Decision[] = []): void {
    this.study = study;
    this.status = 'running';
    for (const decision of decided)
      this.stages.set(
        decision.stageId,
        new StageTrials(decision.stageId, study.objective, { trials: [], summaries: [], visible: 0, decision }),
      );
  }

  /** The resolved study. @throws Error before `start`: a bug. */
  get resolved(): ResolvedStudy {
    if (this.study === undefined) throw new Error('the study is not resolved yet');
    return this.study;
  }

  /** From now on; what has been spent stays spent. */
  setBudget(budget: BudgetSpec): void {
    this.study = { ...this.resolved, budget };
  }

  /** What people have made of the study; nothing where nobody has asked for anything. */
  changed(): { readonly control?: ControlSnapshot; readonly budget?: BudgetSpec } {
    return this.control.revision === 0 ? {} : { control: this.control.snapshot(), budget: this.resolved.budget };
  }

  get facts(): StudyFacts {
    const { dataset, training, objective, model, reproducible } = this.resolved;
    const { trainExamples, validationExamples, testExamples } = dataset.split;
    const modelHparams = 'layers' in model ? hparamNames(model.layers) : [];
    return {
      trainExamples,
      validationExamples,
      testExamples,
      classes: dataset.classes,
      training,
      objective,
      modelHparams,
      reproducible,
    };
  }

  get decisions(): readonly Decision[] {
    return this.resolved.stages.flatMap(({ stageId }) => this.stages.get(stageId)?.decision ?? []);
  }

  /** Hyperparameters after the latest decision. */
  get incumbent(): HParams {
    return this.decisions.at(-1)?.hparams ?? this.resolved.training.hparams;
  }

  get trialCount(): number {
    return [...this.stages.values()].reduce((sum, { trainings }) => sum + trainings, 0);
  }

  isDecided({ stageId }: StageUse): boolean {
    return this.stages.get(stageId)?.decision !== undefined;
  }

  nextStage(): StageUse | undefined {
    return this.resolved.stages.find((use) => !this.isDecided(use));
  }

  currentStageId(): string | undefined {
    return this.study === undefined ? undefined : this.nextStage()?.stageId;
  }

  /** A stage's trials; none before it has begun. */
  stageOf({ stageId }: StageUse): StageTrials {
    const known = this.stages.get(stageId);
    if (known !== undefined) return known;
    const fresh = new StageTrials(stageId, this.resolved.objective);
    this.stages.set(stageId, fresh);
    return fresh;
  }

  /** In the order of their start, for whoever must not change anything. */
  startedTrials({ stageId }: StageUse): readonly Trial[] {
    return this.stages.get(stageId)?.trials ?? [];
  }

  /** Whether a stage, once it is its turn, begins only when somebody approves. */
  waitsForApproval({ stageId, gate }: StageUse): boolean {
    return gate === 'approve' && !this.control.approved.has(stageId) && !this.control.skipped.has(stageId);
  }

  started(use: StageUse, trial: Trial): void {
    this.stageOf(use).start(trial);
  }

  /** @param trial Whole; of a stage of thousands only an outline is kept. */
  ended(use: StageUse, index: number, trial: Trial): void {
    const stage = this.stageOf(use);
    stage.end(index, STAGES[use.stage]?.hasMany === true ? outlined(trial, index, this.resolved.objective) : trial);
    const { result } = trial;
    if (result === undefined) return;
    this.receipts.push(...receiptsOf(trial));
    this.engines.add(result.engine);
    const cost = costOfSegment(stage.trials, trial);
    this.deviceSeconds += cost.deviceSeconds;
    this.examples += cost.examples;
  }

  decide(use: StageUse, decision: Decision): void {
    const stage = this.stageOf(use);
    const last = stage.trials.find(({ spec }) => spec.trialId === decision.finalTrialId)?.result;
    stage.decide(decision);
    if (last === undefined) return;
    const { outcome, weights, model, trialId } = last;
    const test = outcome.status === 'outOfMemory' ? null : outcome.measurement.test;
    this.finalResult = { trialId, hparams: decision.hparams, test, weights, model };
  }

  final(): StudyFinal | null {
    return this.finalResult;
  }

  /** What watchers are told. */
  progress(): StudyProgress {
    return this.progressWith((stage) => stage?.shown() ?? { trials: [] });
  }

  /** The same without a single trial, at no cost that grows with them. */
  overview(): StudyProgress {
    return this.progressWith(() => ({ trials: [] }));
  }

  private progressWith(
    trialsOf: (stage: StageTrials | undefined) => Pick<StageProgress, 'trials' | 'trialsLeftOut' | 'pages'>,
  ): StudyProgress {
    const current = this.currentStageId();
    const stages = (this.study?.stages ?? []).map((use): StageProgress => {
      const record = this.stages.get(use.stageId);
      const begun =
        use.stageId === current && this.waitsForApproval(use)
          ? 'waiting'
          : record !== undefined
            ? 'running'
            : 'pending';
      const status = record?.decision !== undefined ? 'decided' : begun;
      return {
        stage: use.stage,
        stageId: use.stageId,
        question: STAGES[use.stage]?.question ?? '',
        status,
        trialsPlanned: record?.decision !== undefined ? record.trainings : (this.plannedTrials.get(use.stageId) ?? 0),
        trialsEnded: record?.trainingsEnded ?? 0,
        ...trialsOf(record),
        ...(use.inserted !== undefined && { inserted: use.inserted }),
        ...(record?.decision !== undefined && { decision: record.decision }),
      };
    });
    const {
      studyId,
      deviceSeconds,
      trialCount: trials,
      receipts,
      control: { changes },
    } = this;
    return { studyId, status: this.shownStatus(), stages, deviceSeconds, trials, receipts, changes };
  }

  private shownStatus(): StudyStatus {
    if (this.status !== 'running') return this.status;
    if (this.control.paused) return 'paused';
    const next = this.nextStage();
    return next !== undefined && this.waitsForApproval(next) ? 'waiting' : 'running';
  }

  /** Most trials of a stage, known once it begins. */
  readonly plannedTrials = new Map<string, number>();

  /** Everything, but for what is in the store already. */
  record(failure?: string): StudyRecord {
    const {
      studyId,
      run: { studyRun, origins },
      resolved: study,
      finalResult: final,
    } = this;
    const progress = this.progressWith((stage) => stage?.inRecord() ?? { trials: [] });
    return {
      studyId,
      studyRun,
      ...(origins && { origins }),
      study,
      progress,
      final,
      engines: [...this.engines],
      ...(failure !== undefined && { failure }),
    };
  }

  /** @throws StudyTooLarge */
  snapshot(): StudySnapshot {
    const stages = [...this.stages.values()].map((stage) => stage.record());
    const { deviceSeconds, examples, receipts, control } = this;
    return fitting({
      study: this.resolved,
      stages,
      receipts,
      deviceSeconds,
      examples,
      final: this.finalResult,
      engines: [...this.engines],
      ...(control.revision > 0 && { control: control.snapshot() }),
    });
  }
}

/** Names read as `{ hparam: name }` anywhere in layer configs, in order of appearance. */
export function hparamNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(hparamNames))];
  if (typeof value !== 'object' || value === null) return [];
  if ('hparam' in value && typeof value.hparam === 'string') return [value.hparam];
  return [...new Set(Object.values(value).flatMap(hparamNames))];
}
