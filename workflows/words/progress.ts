/**
 * What is told of a study: to watchers while it runs, to its reports, and to whoever started it.
 *
 * @module
 */
import type { StudyChange } from '../driver/control/change';
import type { Decision } from '../stages/stage';
import type { Evaluation, ObjectRef, Receipt, Recoveries, TrialResult } from './outcome';
import type { PlannerHandover, ResolvedStudy, StudyOrigin } from './study';
import type { HParams } from './trial';

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
  /** Why there is no model, of a trial that is `invalid`. */
  readonly reason?: string;
  /** Of a range test that broke down, as it is meant to: the learning rate that it got to. */
  readonly brokeDownAt?: number;
  /** Objective at the best epoch. */
  readonly score: number | null;
  /** Trained; absent while it runs, and in records of earlier versions. */
  readonly epochs?: number;
  /** Of the model; absent where nothing was measured. */
  readonly parameters?: number;
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
  readonly recoveries: Recoveries;
  /** The newest; `recoveries` counts all. */
  readonly receipts: readonly Receipt[];
  /** What people changed while it ran, the oldest first. */
  readonly changes: readonly StudyChange[];
  /** Where it passed to another planner; absent: nowhere. */
  readonly handovers?: readonly PlannerHandover[];
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
export type TestResult = Omit<Evaluation, 'examples'>;

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
  /** As long as no later run completes, the study's name in the store is its. Absent in results of earlier versions. */
  readonly studyRun?: string;
  readonly status: 'completed';
  readonly decisions: readonly {
    readonly stage: string;
    readonly stageId: string;
    readonly hparams: HParams;
    readonly because: string;
    readonly confidence: string;
    /** Ids of earlier stages whose answers it took the place of. */
    readonly supersedes?: readonly string[];
    /** The stage had nothing to do: an earlier answer holds. */
    readonly hadNothingToDo?: true;
  }[];
  readonly test: TestResult | null;
  readonly model: { readonly uri: string } | null;
  readonly report: { readonly uri: string };
  readonly recoveries: Recoveries;
  /** The newest; `recoveries` counts all. */
  readonly receipts: readonly Receipt[];
  readonly changes: readonly StudyChange[];
  readonly deviceSeconds: number;
  readonly trials: number;
  readonly origins?: readonly StudyOrigin[];
}
