/**
 * What a study knows while it runs: a value that snapshots to plain JSON for continue-as-new.
 *
 * @module
 */
import type { StageProgress, StudyFinal, StudyProgress, StudyRecord, StudyStatus, TrialSummary } from './contract';
import { scoreOf } from './analysis/score';
import { STAGES } from './stages';
import type { Decision, StudyFacts } from './stages/stage';
import type { ResolvedStudy, StageUse } from './study';
import { compacted } from './study-snapshot';
import type { StudySnapshot } from './study-snapshot';
import type { HParams, Receipt, Trial } from './trial';

interface StageState {
  trials: Trial[];
  summaries: TrialSummary[];
  visible: number;
  decision?: Decision;
}

export class StudyState {
  status: StudyStatus = 'resolving';
  study: ResolvedStudy | undefined;
  deviceSeconds = 0;
  /** Training examples processed so far: with `deviceSeconds` the rate that predicts what is left. */
  examples = 0;
  readonly receipts: Receipt[] = [];
  private readonly engines = new Set<string>();
  private readonly stages = new Map<string, StageState>();
  private finalResult: StudyFinal | null = null;

  constructor(readonly studyId: string, readonly taskQueuePrefix: string, snapshot?: StudySnapshot) {
    if (snapshot === undefined) return;
    this.start(snapshot.study);
    this.deviceSeconds = snapshot.deviceSeconds;
    this.examples = snapshot.examples;
    this.receipts.push(...snapshot.receipts);
    snapshot.engines.forEach((engine) => this.engines.add(engine));
    this.finalResult = snapshot.final;
    for (const { stageId, trials, summaries, visible, decision } of snapshot.stages) {
      const known = decision === undefined ? trials.map((trial) => summarize({ stageId }, trial, snapshot.study)) : [...summaries];
      this.stages.set(stageId, { trials: [...trials], summaries: known, visible, ...(decision && { decision }) });
    }
  }

  start(study: ResolvedStudy): void {
    this.study = study;
    this.status = 'running';
  }

  /** The resolved study. @throws Error before `start`: a bug. */
  get resolved(): ResolvedStudy {
    if (this.study === undefined) throw new Error('the study is not resolved yet');
    return this.study;
  }

  get facts(): StudyFacts {
    const { dataset, training, objective, model, reproducible } = this.resolved;
    const { trainExamples, validationExamples, testExamples } = dataset.split;
    const modelHparams = 'layers' in model ? hparamNames(model.layers) : [];
    return { trainExamples, validationExamples, testExamples, classes: dataset.classes, training, objective, modelHparams, reproducible };
  }

  get decisions(): readonly Decision[] {
    return this.resolved.stages.flatMap(({ stageId }) => this.stages.get(stageId)?.decision ?? []);
  }

  /** Hyperparameters after the latest decision. */
  get incumbent(): HParams {
    return this.decisions.at(-1)?.hparams ?? this.resolved.training.hparams;
  }

  get trialCount(): number {
    return [...this.stages.values()].reduce((sum, { summaries }) => sum + summaries.length, 0);
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

  /** Trials of a stage in the order of their start; created empty. The driver pushes into it. */
  trialsOf(use: StageUse): Trial[] {
    return this.stageOf(use).trials;
  }

  /** Number of leading trials whose results the stage may see; it follows the order of the trials in a reproducible study. */
  visibleTo(use: StageUse): number {
    return this.stageOf(use).visible;
  }

  show(use: StageUse, visible: number): void {
    this.stageOf(use).visible = visible;
  }

  started(use: StageUse, trial: Trial): void {
    const stage = this.stageOf(use);
    stage.trials.push(trial);
    stage.summaries.push(summarize(use, trial, this.resolved));
  }

  ended(use: StageUse, index: number, trial: Trial): void {
    const stage = this.stageOf(use);
    stage.trials[index] = trial;
    stage.summaries[index] = summarize(use, trial, this.resolved);
    const { result } = trial;
    if (result === undefined) return;
    this.receipts.push(...(result.reused ? [] : result.receipts));
    this.engines.add(result.engine);
    if (result.reused || result.outcome.status === 'outOfMemory') return;
    this.deviceSeconds += result.outcome.measurement.deviceSeconds;
    this.examples += result.outcome.measurement.examples;
  }

  stageSummaries(use: StageUse): readonly TrialSummary[] {
    return this.stageOf(use).summaries;
  }

  decide(use: StageUse, decision: Decision): void {
    const stage = this.stageOf(use);
    stage.decision = decision;
    const last = stage.trials.find(({ spec }) => spec.trialId === decision.finalTrialId)?.result;
    if (last !== undefined) {
      const { outcome, weights, model, trialId } = last;
      const test = outcome.status === 'outOfMemory' ? null : outcome.measurement.test;
      this.finalResult = { trialId, hparams: decision.hparams, test, weights, model };
    }
    // Summaries stay for reports; curves are in the store, and a later stage sees decisions only.
    stage.trials = [];
  }

  final(): StudyFinal | null {
    return this.finalResult;
  }

  progress(): StudyProgress {
    const stages = (this.study?.stages ?? []).map((use): StageProgress => {
      const record = this.stages.get(use.stageId);
      const status = record?.decision !== undefined ? 'decided' : record !== undefined ? 'running' : 'pending';
      return {
        stage: use.stage, stageId: use.stageId, question: STAGES[use.stage]?.question ?? '', status,
        trialsPlanned: record?.decision !== undefined ? record.summaries.length : this.plannedTrials.get(use.stageId) ?? 0,
        trials: record?.summaries ?? [],
        ...(use.inserted !== undefined && { inserted: use.inserted }),
        ...(record?.decision !== undefined && { decision: record.decision }),
      };
    });
    return { studyId: this.studyId, status: this.status, stages, deviceSeconds: this.deviceSeconds, trials: this.trialCount, receipts: this.receipts };
  }

  /** Most trials of a stage, known once it begins. */
  readonly plannedTrials = new Map<string, number>();

  record(failure?: string): StudyRecord {
    const { studyId, resolved: study, finalResult: final } = this;
    return { studyId, study, progress: this.progress(), final, engines: [...this.engines], ...(failure !== undefined && { failure }) };
  }

  /** @throws StudyTooLarge */
  snapshot(): StudySnapshot {
    const stages = [...this.stages].map(([stageId, stage]) => ({ stageId, ...stage }));
    const { deviceSeconds, examples, receipts } = this;
    return compacted({ study: this.resolved, stages, receipts, deviceSeconds, examples, final: this.finalResult, engines: [...this.engines] });
  }

  private stageOf({ stageId }: StageUse): StageState {
    const known = this.stages.get(stageId);
    if (known !== undefined) return known;
    const fresh: StageState = { trials: [], summaries: [], visible: 0 };
    this.stages.set(stageId, fresh);
    return fresh;
  }
}

function summarize({ stageId }: Pick<StageUse, 'stageId'>, { spec, result }: Trial, study: ResolvedStudy): TrialSummary {
  const { trialId, label, hparams } = spec;
  const measured = result !== undefined && result.outcome.status !== 'outOfMemory' ? result.outcome.measurement : undefined;
  return {
    trialId, stageId, label, hparams,
    status: result?.outcome.status ?? 'running',
    score: result === undefined ? null : scoreOf(result.outcome, study.objective),
    deviceSeconds: measured?.deviceSeconds ?? 0,
    reused: result?.reused ?? false,
    hash: result?.hash ?? null,
  };
}

/** Names read as `{ hparam: name }` anywhere in layer configs, in order of appearance. */
export function hparamNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(hparamNames))];
  if (typeof value !== 'object' || value === null) return [];
  if ('hparam' in value && typeof value.hparam === 'string') return [value.hparam];
  return [...new Set(Object.values(value).flatMap(hparamNames))];
}
