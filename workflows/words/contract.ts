/**
 * What the workflows ask of the world: the activities' interface, task queues, queries and failure types.
 * `activities/` implements it with `satisfies`; the arrow of imports stays single.
 *
 * @module
 */
import type { StudyChange } from '../driver/control/change';
import type { ControlSnapshot } from '../driver/control/study-control';
import type { Decision } from '../stages/stage';
import type { BudgetSpec, ModelSpec, Objective, OptimizerSpec, PinnedDataset, ResolvedStudy } from './study';
import type { CarriedDecisions, StudyOrigin, StudyRun } from './study-origin';
import type { Packed } from '../driver/pages/packed';
import type { Evaluation, HParams, ObjectRef, Receipt, TrialResult, TrialSpec } from './trial';

/** Task queues; a prefix of the operator's (`STEPWELL_TASK_QUEUE_PREFIX`) may precede them. */
export const TASK_QUEUES = { tuner: 'stepwell-tuner', training: 'stepwell-training' } as const;

/** `type` of every failure that a person or a retry must fix; the workflow matches on these, never on text. */
export const FAILURES = {
  invalidStudy: 'InvalidStudy',
  datasetInvalid: 'DatasetInvalid',
  datasetCorrupt: 'DatasetCorrupt',
  modelInvalid: 'ModelInvalid',
  stageInconclusive: 'StageInconclusive',
  studyTooLarge: 'StudyTooLarge',
  budgetExhausted: 'BudgetExhausted',
  trainerCrashed: 'TrainerCrashed',
  trainerStalled: 'TrainerStalled',
  trainerBroken: 'TrainerBroken',
  storageUnavailable: 'StorageUnavailable',
  storageDenied: 'StorageDenied',
  fenced: 'Fenced',
  resultTooLarge: 'ResultTooLarge',
  changeInvalid: 'ChangeInvalid',
  changeRefused: 'ChangeRefused',
} as const;
export type FailureType = (typeof FAILURES)[keyof typeof FAILURES];

/** Failures that no retry mends. */
export const NON_RETRYABLE: readonly string[] = [
  FAILURES.invalidStudy,
  FAILURES.datasetInvalid,
  FAILURES.datasetCorrupt,
  FAILURES.modelInvalid,
  FAILURES.stageInconclusive,
  FAILURES.budgetExhausted,
  FAILURES.storageDenied,
  FAILURES.resultTooLarge,
  FAILURES.trainerBroken,
  'NotFoundError',
];

/** Everything that one training needs and that its content address is made of. */
export interface RunTrialInput {
  readonly studyId: string;
  /** Whose the result is: found again by the same run of a study it is no reuse. */
  readonly studyRun?: string;
  /** As in `StudyRun`. */
  readonly fresh?: string;
  readonly dataset: PinnedDataset;
  readonly model: ModelSpec;
  readonly optimizer: OptimizerSpec;
  readonly objective: Objective;
  readonly checkpointEverySteps: number;
  readonly trial: TrialSpec;
}

/** Heartbeat details of `runTrial`: what watchers see while it runs; for resuming, the store's manifest counts. */
export interface TrialProgress {
  readonly trialId: string;
  readonly step: number;
  readonly stepsTotal: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly checkpointStep: number;
  readonly deviceSeconds: number;
}

export interface TrainingActivities {
  /** Trains one trial to its end, from its newest checkpoint if there is one; a finished one is returned as it is. */
  runTrial(input: RunTrialInput): Promise<TrialResult>;
}

export interface ResolveStudyInput extends Partial<StudyRun> {
  readonly studyId: string;
  readonly study: unknown;
  readonly carried?: CarriedDecisions;
}

export interface RecordDecisionInput {
  readonly studyId: string;
  readonly studyRun?: string;
  readonly decision: Decision;
  /** Without those that are stored. */
  readonly trials: readonly TrialSummary[];
  /** Pages of earlier trials that `recordTrials` has stored; absent: none. */
  readonly pages?: number;
  /** What people have changed of the study so far: a recovery goes on with it. Absent where nobody has. */
  readonly control?: ControlSnapshot;
  readonly budget?: BudgetSpec;
}

/** What people have changed of a study so far, and the budget that came of it. */
export interface RecordChangesInput {
  readonly studyId: string;
  readonly studyRun: string;
  readonly control: ControlSnapshot;
  readonly budget: BudgetSpec;
}

export interface TrialPagesOf {
  readonly studyId: string;
  readonly studyRun: string;
  readonly stageId: string;
}

export interface RecordTrialsInput extends TrialPagesOf {
  /** From 0. */
  readonly page: number;
  /** By which the trials are scored. */
  readonly objective: Objective;
  /** Trials that have ended, in the order of their start. */
  readonly trials: Packed;
}

export interface LoadTrialsInput extends TrialPagesOf {
  /** The first page to load, and the number of all that there are. */
  readonly page: number;
  readonly pages: number;
}

export interface LoadedTrials {
  readonly trials: Packed;
  /** The page to go on with, where not all fit into one answer. */
  readonly next?: number;
}

export interface StudyActivities {
  /**
   * Parses a study, fills its defaults, packs and pins its data set, and notes in the store that it has begun.
   * @throws InvalidStudy, DatasetInvalid
   */
  resolveStudy(input: ResolveStudyInput): Promise<ResolvedStudy>;
  /** Takes trials of a long stage into the store, as a page that never changes. Idempotent. */
  recordTrials(input: RecordTrialsInput): Promise<void>;
  /**
   * Brings stored trials back, without what only the store needs of them.
   * @throws StorageDenied if a page is not what was written
   */
  loadTrials(input: LoadTrialsInput): Promise<LoadedTrials>;
  /**
   * Adds the insights that its trials give to a decision, and writes it with its whole evidence below `studies/<id>/`;
   * the workflow keeps the answer and its reason.
   * @returns All warnings of the decision; `undefined` in histories of earlier versions, whose decisions had them.
   */
  recordDecision(input: RecordDecisionInput): Promise<readonly string[] | undefined>;
  /** Writes what people have changed so far, in place of what was written before. */
  recordChanges(input: RecordChangesInput): Promise<void>;
  /** Writes what the study knows so far below `studies/<id>/` and renders its report. Idempotent. */
  publishStudy(input: StudyRecord): Promise<{ readonly report: string; readonly model: string | null }>;
}

/** What is kept of one trial in reports and between runs of the workflow. */
export interface TrialSummary {
  readonly trialId: string;
  readonly stageId: string;
  readonly label: string;
  readonly hparams: HParams;
  /** Of a segment of a training that paused: the segment before. */
  readonly continues?: string;
  /** `cancelled`: its stage was skipped. */
  readonly status: 'running' | 'cancelled' | TrialResult['outcome']['status'];
  /** Of a range test that broke down, as it is meant to: the learning rate that it got to. */
  readonly brokeDownAt?: number;
  /** Objective at the best epoch. */
  readonly score: number | null;
  /** Trained; absent while it runs, and in records of earlier versions. */
  readonly epochs?: number;
  readonly deviceSeconds: number;
  readonly reused: boolean;
  readonly hash: string | null;
}

export interface StageProgress {
  readonly stage: string;
  readonly stageId: string;
  readonly question: string;
  readonly inserted?: string;
  /** `waiting`: for the approval that its gate asks for. */
  readonly status: 'pending' | 'waiting' | 'running' | 'decided';
  /** Most trials it can take. */
  readonly trialsPlanned: number;
  /** Trainings that have ended or paused; absent in records of earlier versions. */
  readonly trialsEnded?: number;
  /** In the order of their start: all; of a stage with more than 200 those that run, the newest and the best. */
  readonly trials: readonly TrialSummary[];
  /** Trainings that are not among `trials`; absent: none. */
  readonly trialsLeftOut?: number;
  /** Only of a `StudyRecord` on its way to the store: so many pages there have the trials before `trials`. */
  readonly pages?: number;
  readonly decision?: Decision;
}

/**
 * `paused` until somebody resumes it, `waiting` until somebody approves its next stage; both only in answers to a
 * query.
 */
export type StudyStatus = 'resolving' | 'running' | 'paused' | 'waiting' | 'completed' | 'cancelled' | 'failed';

/** Answer of the `studyProgress` query. */
export interface StudyProgress {
  readonly studyId: string;
  readonly status: StudyStatus;
  readonly stages: readonly StageProgress[];
  readonly deviceSeconds: number;
  readonly trials: number;
  readonly receipts: readonly Receipt[];
  /** What people changed while it ran, the oldest first. */
  readonly changes: readonly StudyChange[];
}

export interface StudyRecord {
  readonly studyId: string;
  readonly study: ResolvedStudy;
  readonly progress: StudyProgress;
  readonly final: StudyFinal | null;
  /** Identities of the engines that trained, in the order of their first use; two of them need not give equal bits. */
  readonly engines: readonly string[];
  /** Why a failed study failed, in its own words. */
  readonly failure?: string;
  readonly studyRun?: string;
  readonly origins?: readonly StudyOrigin[];
}

/** The final model's evaluation on the test set; details where the number of classes allows. */
export type TestResult = Pick<Evaluation, 'loss' | 'accuracy' | 'topK' | 'confusion'>;

export interface StudyFinal {
  readonly trialId: string;
  readonly hparams: HParams;
  readonly test: TestResult | null;
  readonly weights: ObjectRef | null;
  /** Key prefix of the exported model. */
  readonly model: string | null;
}

/** What `tuneStudy` returns, and what `stepwell run --json` prints. */
export interface StudyResult {
  readonly studyId: string;
  readonly status: 'completed';
  readonly decisions: readonly {
    readonly stage: string;
    readonly stageId: string;
    readonly hparams: HParams;
    readonly because: string;
    readonly confidence: string;
  }[];
  readonly test: TestResult | null;
  readonly model: { readonly uri: string } | null;
  readonly report: { readonly uri: string };
  readonly receipts: readonly Receipt[];
  readonly changes: readonly StudyChange[];
  readonly deviceSeconds: number;
  readonly trials: number;
  readonly origins?: readonly StudyOrigin[];
}

/** What of `StudyRun` is left out follows from the workflow's own first run. */
export interface TuneStudyInput extends Partial<StudyRun> {
  readonly studyId: string;
  /** As a person wrote it; parsed by `resolveStudy`. */
  readonly study: unknown;
  /** Precedes the task queues' names, so that several deployments can share a namespace. */
  readonly taskQueuePrefix: string;
  /** Whether the namespace knows the search attributes of `./search-attributes`. */
  readonly searchAttributes: boolean;
  /** Stages that count as decided from the start. */
  readonly carried?: CarriedDecisions;
}

/** Name of the query that answers `StudyProgress`. */
export const STUDY_PROGRESS_QUERY = 'studyProgress';

/** Name of the query that answers `StudyRecord`, or null before the study is resolved. */
export const STUDY_RECORD_QUERY = 'studyRecord';

/** Workflow id of a study, e.g. `study/digits`. */
export function studyWorkflowId(name: string): string {
  return `study/${name}`;
}
