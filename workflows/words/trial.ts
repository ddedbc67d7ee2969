/**
 * What is asked of one training; what it found is in `./outcome`. Plain JSON: it crosses Temporal histories.
 *
 * @module
 */
import type { BatchGrowth } from '../trials/batch-growth';
import type { TrialResult } from './outcome';
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
   * Dead once the smoothed training loss is back at its start after having been below 90 % of it; and at the end, if a
   * step had thrown the loss far above its start, and no epoch's validation loss was clearly below that of chance.
   */
  readonly dead?: boolean;
  /** Early stopping: epochs without an improvement of the objective by more than `minDelta`. */
  readonly patience?: number;
  readonly minDelta?: number;
  /** Early stopping by the validation loss itself, whatever the objective. */
  readonly prechelt?: PrecheltRule;
  /** Completed as soon as the validation loss has reached this. */
  readonly targetValLoss?: number;
  /** The epoch before which `targetValLoss` ends nothing; absent: 1. */
  readonly targetFromEpoch?: number;
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

/**
 * Another draw of the examples that validate, from all that do not test: the test examples are the study's in any, and
 * every part keeps its size.
 */
export interface SplitDraw {
  /** Orders the examples anew, an integer in [1, 2^31); absent: they are in the order of the study's own split. */
  readonly seed?: number;
  /** Which of the successive parts of that order validates, from 0; absent: the first. */
  readonly fold?: number;
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
  /** Absent: the study's own split. */
  readonly split?: SplitDraw;
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
  /** Nobody wants its weights: they are not stored. No part of the trial's content, as it changes none of its numbers. */
  readonly discardWeights?: true;
  /**
   * The sampler chose its point without a look at any trial: on such points alone chance can be computed. No part of
   * the trial's content.
   */
  readonly drawnBlind?: true;
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

/** A trial as a stage sees it; without a result while it runs. */
export interface Trial {
  readonly spec: TrialSpec;
  readonly result?: TrialResult;
}
