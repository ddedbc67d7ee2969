/**
 * The words around one training: what is asked of it, what it found, and what it cost.
 * Everything here is plain JSON: it crosses Temporal histories, so a loss that is not finite is `null`.
 *
 * @module
 */
import type { ScheduleSpec } from './schedule';

/** Hyperparameters by name; `./hparams` lists the names with a meaning of their own, others reach `model.layers` by `{ hparam }`. */
export type HParams = Readonly<Record<string, number | string | boolean>>;

/** How long a trial trains: whole passes over the training split, or optimizer steps. */
export type TrialLimit = { readonly epochs: number } | { readonly steps: number };

/** When a trial ends before its limit. Every rule is a finding, none a failure. A loss that is not finite always ends it. */
export interface StopRules {
  /** Diverged once the smoothed training loss exceeds this many times its best, e.g. 4. */
  readonly divergenceFactor?: number;
  /** Dead once the smoothed training loss is back at its start after having been below 90 % of it. */
  readonly dead?: boolean;
  /** Early stopping: epochs without an improvement of the objective by more than `minDelta`. */
  readonly patience?: number;
  readonly minDelta?: number;
  /** Completed as soon as the validation loss reaches this. */
  readonly targetValLoss?: number;
}

/** One training, asked for by a stage. */
export interface TrialSpec {
  /** Stage id and number, e.g. `regularization-sweep/007`: the same in the UI, the log and the bucket. */
  readonly trialId: string;
  /** A few words for people, e.g. `seed 2 of 3`. */
  readonly label: string;
  readonly hparams: HParams;
  /** Seeds the initial weights, the order of examples, dropout and augmentation; an integer in [1, 2^31). */
  readonly seed: number;
  readonly schedule: ScheduleSpec;
  readonly limit: TrialLimit;
  readonly stop: StopRules;
  /** Validation after every epoch, once at the end, or never; `test` once at the end with the best weights. */
  readonly evaluate: { readonly validation: 'epoch' | 'end' | 'never'; readonly test: boolean };
  readonly record: {
    /** The training loss of every step, thinned to at most `STEP_LOSSES_MAX` points. */
    readonly stepLosses: boolean;
    /** Seconds per optimizer step, after leaving out this many warm-up steps; absent: not recorded. */
    readonly stepTimesAfter?: number;
  };
  /** `fresh` trains in a new process, so that memory and time are this trial's own; it is never resumed from a checkpoint. */
  readonly process: 'warm' | 'fresh';
  /** Export the best weights as a model artefact. */
  readonly exportModel: boolean;
}

/** More points than a plot or a rule needs, few enough for a Temporal payload. */
export const STEP_LOSSES_MAX = 400;

export interface StepLoss {
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
}

/** One line of a trial's learning curve. */
export interface EpochMeasurement {
  readonly epoch: number;
  readonly step: number;
  readonly learningRate: number;
  readonly trainLoss: number | null;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  /** Device seconds since the trial began, evaluations included. */
  readonly deviceSeconds: number;
}

export interface Evaluation {
  readonly loss: number | null;
  readonly accuracy: number;
  readonly examples: number;
}

/** What a trial measured, up to where it ended. */
export interface Measurement {
  readonly steps: number;
  readonly epochs: number;
  readonly examples: number;
  /** Mean training loss of the last epoch or part of one. */
  readonly trainLoss: number | null;
  /** The epoch with the best objective; `null` if validation never ran or was never finite. */
  readonly best: EpochMeasurement | null;
  /** Every epoch; of a very long training every n-th, up to the last. */
  readonly curve: readonly EpochMeasurement[];
  readonly test: Evaluation | null;
  readonly stepLosses: readonly StepLoss[];
  readonly stepSeconds: { readonly median: number; readonly p10: number; readonly p90: number; readonly count: number } | null;
  /** Most resident memory of the trainer process, and of the device where there is one. */
  readonly peakBytes: number;
  readonly parameters: number;
  readonly deviceSeconds: number;
}

/** How a trial ended. An outcome is something a tuner learns from; what a retry or a person must fix is thrown instead. */
export type Outcome =
  | { readonly status: 'completed'; readonly measurement: Measurement }
  | { readonly status: 'earlyStopped'; readonly measurement: Measurement }
  | { readonly status: 'pruned'; readonly measurement: Measurement }
  | { readonly status: 'diverged'; readonly step: number; readonly measurement: Measurement }
  | { readonly status: 'dead'; readonly step: number; readonly measurement: Measurement }
  | { readonly status: 'outOfMemory'; readonly where: 'device' | 'host'; readonly detail: string };

/** An object in the store. */
export interface ObjectRef {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What a recovery cost. */
export interface Receipt {
  readonly trialId: string;
  /** What died or left. */
  readonly cause: 'trainerCrashed' | 'trainerKilled' | 'trainerStalled' | 'workerLost' | 'workerStopped' | 'storage' | 'unknown';
  readonly attempt: number;
  /** Step reached when last heard of, and the step training went on from. */
  readonly lastStep: number;
  readonly resumedAtStep: number;
  readonly stepsLost: number;
  readonly deviceSecondsLost: number;
  readonly worker: string;
}

export interface TrialResult {
  readonly trialId: string;
  /** Content address: model, data, hyperparameters, seed, schedule, limits and engine. Equal hashes mean equal bits. */
  readonly hash: string;
  readonly outcome: Outcome;
  /** The weights at the end: the best epoch's where validation ran every epoch, else the last. */
  readonly weights: ObjectRef | null;
  /** Key prefix of the exported model. */
  readonly model: string | null;
  readonly receipts: readonly Receipt[];
  /** Found finished in the store instead of trained. */
  readonly reused: boolean;
  readonly worker: string;
  /** TensorFlow version, device, thread count and flags that the bits depend on. */
  readonly engine: string;
}

/** A trial as a stage sees it; without a result while it runs. */
export interface Trial {
  readonly spec: TrialSpec;
  readonly result?: TrialResult;
}
