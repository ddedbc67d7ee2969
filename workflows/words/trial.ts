/**
 * The words around one training: what is asked of it, what it found, and what it cost.
 * Everything here is plain JSON: it crosses Temporal histories, so a loss that is not finite is `null`.
 *
 * @module
 */
import type { GradientNorms } from '../analysis/noise-scale';
import type { BatchGrowth } from '../trials/batch-growth';
import type { ScheduleSpec } from './schedule';

/**
 * Hyperparameters by name; `./hparams` lists the names with a meaning of their own, others reach `model.layers` by `{
 * hparam }`.
 */
export type HParams = Readonly<Record<string, number | string | boolean>>;

/** How long a trial trains: whole passes over the training split, or optimizer steps. */
export type TrialLimit = { readonly epochs: number } | { readonly steps: number };

/**
 * When a trial ends before its limit. Every rule is a finding, none a failure. A loss that is not finite always ends
 * it.
 */
export interface StopRules {
  /** Diverged once the smoothed training loss exceeds this many times its best, e.g. 4. */
  readonly divergenceFactor?: number;
  /**
   * Dead once the smoothed training loss is back at its start after having been below 90 % of it; and at the end, if no
   * epoch's validation loss was below that of equal odds for every class.
   */
  readonly dead?: boolean;
  /** Early stopping: epochs without an improvement of the objective by more than `minDelta`. */
  readonly patience?: number;
  readonly minDelta?: number;
  /** Early stopping by the validation loss itself, whatever the objective. */
  readonly prechelt?: PrecheltRule;
  /** Completed as soon as the validation loss reaches this. */
  readonly targetValLoss?: number;
}

/**
 * When a validation loss that rises is overfitting and not noise. A strip is a number of epochs, at whose end PQ and UP
 * are asked.
 *
 * - GL: the loss is more than `alpha` percent above its lowest.
 * - PQ: that percentage is more than `alpha` times the training loss's progress over the last strip, in per mille.
 * - UP: at the end of each of the last `strips` strips the loss was higher than at the end of the one before.
 *
 * Source: L. Prechelt, "Early Stopping - But When?", in: Neural Networks: Tricks of the Trade, 1998, section 2.2.
 */
export type PrecheltRule =
  | { readonly rule: 'GL'; readonly alpha: number }
  | { readonly rule: 'PQ'; readonly alpha: number; readonly stripEpochs: number }
  | { readonly rule: 'UP'; readonly strips: number; readonly stripEpochs: number };

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
  /** How batches grow beyond `hparams.batchSize`; absent: not at all. Only with a limit in epochs. */
  readonly batchGrowth?: BatchGrowth;
  readonly limit: TrialLimit;
  readonly stop: StopRules;
  /** Validation after every epoch, once at the end, or never; `test` once at the end with the best weights. */
  readonly evaluate: { readonly validation: 'epoch' | 'end' | 'never'; readonly test: boolean };
  readonly record: {
    /** The training loss of every step, thinned to at most `STEP_LOSSES_MAX` points. */
    readonly stepLosses: boolean;
    /** Seconds per optimizer step, after leaving out this many warm-up steps; absent: not recorded. */
    readonly stepTimesAfter?: number;
    /**
     * Squared norms of the gradients of a batch and of its halves, before every so many steps and at most
     * `NOISE_PAIRS_MAX` times, while batches have the size that they start with; absent: never. Each costs about as
     * much as a step and changes nothing of the training.
     */
    readonly noiseScaleEvery?: number;
  };
  /**
   * `fresh` trains in a new process, so that memory and time are this trial's own; it is never resumed from a
   * checkpoint.
   */
  readonly process: 'warm' | 'fresh';
  /** Export the best weights as a model artefact. */
  readonly exportModel: boolean;
  /**
   * Ends it as `paused` after this many epochs, with its whole state kept. A later trial of the same content goes on
   * from there, to the bits of one never paused: neither this nor `continues` is part of the content.
   */
  readonly pauseAfterEpochs?: number;
  /**
   * Id of the segment of the same training that this one follows, e.g. `regularization-sweep/007` of
   * `regularization-sweep/007.2`.
   */
  readonly continues?: string;
}

/** More points than a plot or a rule needs, few enough for a Temporal payload. */
export const STEP_LOSSES_MAX = 400;

/** Enough for an interval, few enough for a Temporal payload. */
export const NOISE_PAIRS_MAX = 256;

export const TOP_K = 5;

/** A matrix of 10,000 numbers is as much as a Temporal payload should carry. */
export const CONFUSION_CLASSES_MAX = 100;

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
  /** Of the last step; only where batches grow. */
  readonly batchSize?: number;
}

export interface Evaluation {
  readonly loss: number | null;
  readonly accuracy: number;
  readonly examples: number;
  /** Only of a test with more than `TOP_K` classes: how often the right class is among the first k answers. */
  readonly topK?: { readonly k: number; readonly accuracy: number };
  /** Only of a test with at most `CONFUSION_CLASSES_MAX` classes. */
  readonly confusion?: Confusion;
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
   * Only in a workflow, of a stage with thousands of trials: `best` and `curve` have the objective alone, and that only
   * where pruners look at it.
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
  readonly parameters: number;
  readonly deviceSeconds: number;
}

/**
 * How a trial ended. An outcome is something a tuner learns from; what a retry or a person must fix is thrown instead.
 */
export type Outcome =
  | { readonly status: 'completed'; readonly measurement: Measurement }
  | { readonly status: 'earlyStopped'; readonly measurement: Measurement }
  | { readonly status: 'pruned'; readonly measurement: Measurement }
  /** After `pauseAfterEpochs`, or further on where another study's segment of the same training had been. */
  | { readonly status: 'paused'; readonly measurement: Measurement }
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
  /** What died or left; `takenBack`: nothing did, the study was paused or cancelled. */
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
  /** Found in the store instead of trained. */
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
