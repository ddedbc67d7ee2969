/**
 * How a training ended: what it found, and what it cost. Plain JSON: it crosses Temporal histories, so a loss that is
 * not finite is `null`.
 *
 * @module
 */
import type { GradientNorms } from '../analysis/noise-scale';
import type { MetricName, ValidationMetric, Values } from '../tasks';

/** More points than a plot or a rule needs, few enough for a Temporal payload. */
export const STEP_LOSSES_MAX = 400;

/** Enough for an interval, few enough for a Temporal payload. */
export const NOISE_PAIRS_MAX = 256;

export const TOP_K = 5;

/** A matrix of 10,000 numbers is as much as a Temporal payload should carry. */
export const CONFUSION_CLASSES_MAX = 100;

/** Two numbers a class are as much. */
export const PER_CLASS_MAX = 1000;

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
  /** By the targets that it trains with: smoothed, mixed, and of augmented images, where it does so. */
  readonly trainLoss: number | null;
  /**
   * Of the validation split, by the names of the task's metrics, e.g. `valLoss`; empty where it was not validated. By
   * the labels themselves, whatever the trial trains with.
   */
  readonly values: Values<ValidationMetric>;
  /** Device seconds since the trial began, evaluations included. */
  readonly deviceSeconds: number;
  /** Of the last step; only where batches grow. */
  readonly batchSize?: number;
}

export interface Evaluation {
  /** By the names of the task's metrics, e.g. `loss`. */
  readonly values: Values<MetricName>;
  readonly examples: number;
  /** Only of a test with more than `TOP_K` classes: how often the right class is among the first k answers. */
  readonly topK?: { readonly k: number; readonly accuracy: number };
  /** Only of a test with at most `PER_CLASS_MAX` classes. */
  readonly perClass?: PerClass;
  /** Only of a test with at most `CONFUSION_CLASSES_MAX` classes. */
  readonly confusion?: Confusion;
}

/** In the order of the class names; `null` where no example has the class, or none was taken for it. */
export interface PerClass {
  readonly recall: readonly (number | null)[];
  readonly precision: readonly (number | null)[];
}

export interface Confusion {
  readonly classNames: readonly string[];
  /** Examples by true class (row) and answer (column). */
  readonly counts: readonly (readonly number[])[];
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
  /**
   * Only in a workflow, of a stage with thousands of trials: `curve` has the objective alone, and that only where pruners
   * look at it; `best` has it and what is bounded.
   */
  readonly isOutline?: true;
  readonly test: Evaluation | null;
  readonly stepLosses: readonly StepLoss[];
  readonly stepSeconds: {
    readonly median: number;
    readonly p10: number;
    readonly p90: number;
    readonly count: number;
  } | null;
  /** Only of a trial that was asked to measure it. */
  readonly noiseScale?: GradientNorms;
  /** Most resident memory of the trainer process, and of the device where there is one. */
  readonly peakBytes: number;
  /** Its process had trained before: what those trainings left may be in `peakBytes`. A fresh process has its own peak. */
  readonly peakIsUpperBound?: true;
  readonly parameters: number;
  readonly deviceSeconds: number;
}

/**
 * How a trial ended. An outcome is something a tuner learns from; what a retry or a person must fix is thrown instead.
 */
export type Outcome =
  | { readonly status: 'completed'; readonly measurement: Measurement }
  | { readonly status: 'earlyStopped'; readonly measurement: Measurement }
  /** After `pauseAfterEpochs`, or further on where another study's segment of the same training had been. */
  | { readonly status: 'paused'; readonly measurement: Measurement }
  | { readonly status: 'diverged'; readonly step: number; readonly measurement: Measurement }
  | { readonly status: 'dead'; readonly step: number; readonly measurement: Measurement }
  | { readonly status: 'outOfMemory'; readonly where: 'device' | 'host'; readonly detail: string }
  /** There is no model at these hyperparameters, e.g. a kernel larger than its image; `reason` names layer and values. */
  | { readonly status: 'invalid'; readonly reason: string };

/** An object in the store. */
export interface ObjectRef {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What a recovery cost. */
export interface Receipt {
  readonly trialId: string;
  /** What died or left; `takenBack`: nothing did, the study was paused or cancelled, or its workflow continued as new. */
  readonly cause:
    | 'trainerCrashed'
    | 'trainerKilled'
    | 'trainerStalled'
    | 'workerLost'
    | 'workerStopped'
    | 'takenBack'
    | 'storage'
    | 'diskFull'
    | 'unknown';
  readonly attempt: number;
  /** Step reached when last heard of, and the step training went on from. */
  readonly lastStep: number;
  readonly resumedAtStep: number;
  readonly stepsLost: number;
  readonly deviceSecondsLost: number;
  readonly worker: string;
}

/** Sums over all receipts of a study. */
export interface Recoveries {
  readonly count: number;
  readonly causes: Readonly<Partial<Record<Receipt['cause'], number>>>;
  readonly stepsLost: number;
  readonly deviceSecondsLost: number;
}

export interface TrialResult {
  readonly trialId: string;
  /** Content address: model, data, hyperparameters, seed, schedule, limits and engine. Equal hashes mean equal bits. */
  readonly hash: string;
  readonly outcome: Outcome;
  /** The weights at the end: the best epoch's where validation ran every epoch, else the last. `null` where none are kept. */
  readonly weights: ObjectRef | null;
  /** Key prefix of the exported model. */
  readonly model: string | null;
  readonly receipts: readonly Receipt[];
  /** Found in the store instead of trained. */
  readonly reused: boolean;
  readonly worker: string;
  /** TensorFlow version, device, thread count and flags that the bits depend on. */
  readonly engine: string;
}
