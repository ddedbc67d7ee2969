/**
 * What the workflows ask of the world: the activities' interface, task queues, queries and failure types.
 * `activities/` implements it with `satisfies`; the arrow of imports stays single.
 *
 * @module
 */
import type { StudyControl } from '../driver/control/study-control';
import type { Decision } from '../stages/stage';
import type { Packed } from '../driver/pages/packed';
import type { PointsQuestion } from '../search/points-question';
import type { TrialResult } from './outcome';
import type { StudyRecord, TrialSummary } from './progress';
import type {
  BudgetSpec,
  CarriedDecisions,
  ClassWeights,
  ModelSpec,
  Objective,
  OptimizerSpec,
  PinnedDataset,
  ResolvedStudy,
  StagesPlan,
  StudyRun,
  TaskSpec,
} from './study';
import type { HParams, TrialSpec } from './trial';

/** Task queues; a prefix of the operator's (`STEPWELL_TASK_QUEUE_PREFIX`) may precede them. */
export const TASK_QUEUES = { tuner: 'stepwell-tuner', training: 'stepwell-training' } as const;

/** `type` of every failure that a person or a retry must fix; the workflow matches on these, never on text. */
export const FAILURES = {
  invalidStudy: 'InvalidStudy',
  datasetInvalid: 'DatasetInvalid',
  datasetCorrupt: 'DatasetCorrupt',
  modelInvalid: 'ModelInvalid',
  moduleUnavailable: 'ModuleUnavailable',
  stageInconclusive: 'StageInconclusive',
  stageBroken: 'StageBroken',
  studyTooLarge: 'StudyTooLarge',
  trainerCrashed: 'TrainerCrashed',
  trainerStalled: 'TrainerStalled',
  trainerBroken: 'TrainerBroken',
  storageUnavailable: 'StorageUnavailable',
  storageDenied: 'StorageDenied',
  /** A refusal that time or an operator heals: expired credentials, a clock, a permission, one worker's wrong key. */
  storageRefused: 'StorageRefused',
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
  FAILURES.moduleUnavailable,
  FAILURES.stageInconclusive,
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
  readonly task?: TaskSpec;
  readonly optimizer: OptimizerSpec;
  readonly objective: Objective;
  readonly classWeights?: ClassWeights;
  readonly sampler?: 'balanced';
  readonly checkpointEverySeconds: number;
  readonly checkpointEverySteps?: number;
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

/** What `runTrial` answers: the result, and the digest of what it was asked. */
export interface AnsweredTrial extends TrialResult {
  readonly asked: string;
}

export interface TrainingActivities {
  /** Trains one trial to its end, from its newest checkpoint if there is one; a finished one is returned as it is. */
  runTrial(input: RunTrialInput): Promise<AnsweredTrial>;
}

export interface ResolveStudyInput extends Partial<StudyRun> {
  readonly studyId: string;
  readonly study: unknown;
  readonly carried?: CarriedDecisions;
}

export interface PassToPlannerInput {
  readonly studyId: string;
  readonly study: ResolvedStudy;
  /** Number of leading stages that have decided; absent: the next one has begun, and the study stays as it is. */
  readonly decided?: number;
  /** Of the worker that asks. */
  readonly plannerVersion: number;
}

/** Whose the stages to come are. */
export interface StagePlanner {
  readonly plannerVersion: number;
  /** Where that is another than the study had. */
  readonly replanned?: StagesPlan;
  /** Why it cannot be. */
  readonly refusal?: string;
}

export interface RecordDecisionInput {
  readonly studyId: string;
  readonly studyRun?: string;
  /** Of the planner that decided. */
  readonly plannerVersion?: number;
  readonly decision: Decision;
  /** Without those that are stored. */
  readonly trials: readonly TrialSummary[];
  /** Pages of earlier trials that `recordTrials` has stored; absent: none. */
  readonly pages?: number;
  /** What people have changed of the study so far: a recovery goes on with it. Absent where nobody has. */
  readonly control?: StudyControl;
  readonly budget?: BudgetSpec;
}

/** What people have changed of a study so far, and the budget that came of it. */
export interface RecordChangesInput {
  readonly studyId: string;
  readonly studyRun: string;
  readonly control: StudyControl;
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
  readonly classWeights?: ClassWeights;
  readonly sampler?: 'balanced';
  /** Trials that have ended, in the order of their start. */
  readonly trials: Packed;
}

export interface LoadTrialsInput extends TrialPagesOf {
  /** The first page to load, and the number of all that there are. */
  readonly page: number;
  readonly pages: number;
}

/** @see PointsQuestion */
export interface SuggestPointsInput extends PointsQuestion {
  /** How many suggestions from `index` on. */
  readonly count: number;
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
  /**
   * Passes a study to the planner of the worker that asks, and notes that in the store, where it had another: stages
   * that have decided stay as they are, those to come get their options anew from what was asked. Idempotent.
   */
  passToPlanner(input: PassToPlannerInput): Promise<StagePlanner>;
  /** Takes trials of a long stage into the store, as a page that never changes. Idempotent. */
  recordTrials(input: RecordTrialsInput): Promise<void>;
  /**
   * Brings stored trials back, without what only the store needs of them.
   * @throws StorageDenied if a page is not what was written
   */
  loadTrials(input: LoadTrialsInput): Promise<LoadedTrials>;
  /**
   * What a sampler suggests next, each point in the knowledge of those before it; `null` where its search is over.
   * Pure.
   */
  suggestPoints(input: SuggestPointsInput): Promise<readonly (HParams | null)[]>;
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

/** What of `StudyRun` is left out follows from the workflow's own first run. */
export interface TuneStudyInput extends Partial<StudyRun> {
  readonly studyId: string;
  /** As a person wrote it; parsed by `resolveStudy`. */
  readonly study: unknown;
  /** Precedes the task queues' names, so that several deployments can share a namespace. */
  readonly taskQueuePrefix: string;
  /** Whether the namespace knows `SEARCH_ATTRIBUTES`. */
  readonly searchAttributes: boolean;
  /** Stages that count as decided from the start. */
  readonly carried?: CarriedDecisions;
}

/** Name of the query that answers `StudyProgress`. */
export const STUDY_PROGRESS_QUERY = 'studyProgress';

/** Name of the query that answers `StudyRecord`, or null before the study is resolved. */
export const STUDY_RECORD_QUERY = 'studyRecord';

/** Indexed and not encrypted, so no secrets. The client registers them where it may. */
export const SEARCH_ATTRIBUTES = {
  study: { name: 'StepwellStudy', type: 'KEYWORD' },
  stage: { name: 'StepwellStage', type: 'KEYWORD' },
} as const;

/** Workflow id of a study, e.g. `study/digits`. */
export function studyWorkflowId(name: string): string {
  return `study/${name}`;
}
