/**
 * What the workflows ask of the world: the activities' interface, task queues, queries and failure types.
 * `activities/` implements it with `satisfies`; the arrow of imports stays single.
 *
 * @module
 */
import type { Decision } from './stages/stage';
import type { ModelSpec, Objective, OptimizerSpec, PinnedDataset, ResolvedStudy } from './study';
import type { HParams, ObjectRef, Receipt, TrialResult, TrialSpec } from './trial';

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
} as const;
export type FailureType = (typeof FAILURES)[keyof typeof FAILURES];

/** Failures that no retry mends. */
export const NON_RETRYABLE: readonly string[] = [
  FAILURES.invalidStudy, FAILURES.datasetInvalid, FAILURES.datasetCorrupt, FAILURES.modelInvalid, FAILURES.stageInconclusive,
  FAILURES.budgetExhausted, FAILURES.storageDenied, FAILURES.resultTooLarge, FAILURES.trainerBroken, 'NotFoundError',
];

/** Everything that one training needs and that its content address is made of. */
export interface RunTrialInput {
  readonly studyId: string;
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

export interface StudyActivities {
  /** Parses a study, fills its defaults, packs and pins its data set. @throws InvalidStudy, DatasetInvalid */
  resolveStudy(input: { readonly studyId: string; readonly study: unknown }): Promise<ResolvedStudy>;
  /** Writes a decision with its whole evidence below `studies/<id>/`; the workflow keeps the answer and its reason. */
  recordDecision(input: { readonly studyId: string; readonly decision: Decision; readonly trials: readonly TrialSummary[] }): Promise<void>;
  /** Writes what the study knows so far below `studies/<id>/` and renders its report. Idempotent. */
  publishStudy(input: StudyRecord): Promise<{ readonly report: string; readonly model: string | null }>;
}

/** What is kept of one trial in reports and between runs of the workflow. */
export interface TrialSummary {
  readonly trialId: string;
  readonly stageId: string;
  readonly label: string;
  readonly hparams: HParams;
  readonly status: 'running' | TrialResult['outcome']['status'];
  /** Objective at the best epoch. */
  readonly score: number | null;
  readonly deviceSeconds: number;
  readonly reused: boolean;
  readonly hash: string | null;
}

export interface StageProgress {
  readonly stage: string;
  readonly stageId: string;
  readonly question: string;
  readonly inserted?: string;
  readonly status: 'pending' | 'running' | 'decided';
  /** Most trials it can take. */
  readonly trialsPlanned: number;
  readonly trials: readonly TrialSummary[];
  readonly decision?: Decision;
}

export type StudyStatus = 'resolving' | 'running' | 'completed' | 'cancelled' | 'failed';

/** Answer of the `studyProgress` query. */
export interface StudyProgress {
  readonly studyId: string;
  readonly status: StudyStatus;
  readonly stages: readonly StageProgress[];
  readonly deviceSeconds: number;
  readonly trials: number;
  readonly receipts: readonly Receipt[];
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
}

export interface StudyFinal {
  readonly trialId: string;
  readonly hparams: HParams;
  readonly test: { readonly loss: number | null; readonly accuracy: number } | null;
  readonly weights: ObjectRef | null;
  /** Key prefix of the exported model. */
  readonly model: string | null;
}

/** What `tuneStudy` returns, and what `stepwell run --json` prints. */
export interface StudyResult {
  readonly studyId: string;
  readonly status: 'completed';
  readonly decisions: readonly { readonly stage: string; readonly stageId: string; readonly hparams: HParams; readonly because: string; readonly confidence: string }[];
  readonly test: { readonly loss: number | null; readonly accuracy: number } | null;
  readonly model: { readonly uri: string } | null;
  readonly report: { readonly uri: string };
  readonly receipts: readonly Receipt[];
  readonly deviceSeconds: number;
  readonly trials: number;
}

export interface TuneStudyInput {
  readonly studyId: string;
  /** As a person wrote it; parsed by `resolveStudy`. */
  readonly study: unknown;
  /** Precedes the task queues' names, so that several deployments can share a namespace. */
  readonly taskQueuePrefix: string;
  /** Whether the namespace knows the search attributes of `./search-attributes`. */
  readonly searchAttributes: boolean;
}

/** Name of the query that answers `StudyProgress`. */
export const STUDY_PROGRESS_QUERY = 'studyProgress';

/** Workflow id of a study, e.g. `study/digits`. */
export function studyWorkflowId(name: string): string {
  return `study/${name}`;
}
