/**
 * What `recordDecision` draws insights from: plots, tables and warnings that show more of a decision's trials and
 * change no answer.
 *
 * @module
 */
import type { ConstrainedName } from '../analysis/constraints';
import type { Packed } from '../driver/pages/packed';
import type { Space } from '../search/space';
import type { Objective } from './study';
import type { EpochMeasurement, Measurement } from './outcome';
import type { HParams } from './trial';

/** What the shape of a training shows of its length. */
export type LearningCurve = readonly (Pick<EpochMeasurement, 'epoch' | 'trainLoss'> & {
  readonly valLoss: number | null;
})[];

/** A point of a search, by the training with its first seed. */
export interface SearchPoint {
  readonly trialId: string;
  readonly hparams: HParams;
  /** `paused`: stopped on its way for being behind. */
  readonly status: 'ended' | 'failed' | 'paused';
  /** Whether the sampler chose it without a look at any trial. */
  readonly isBlind: boolean;
  /** `null` for one that failed or was stopped on its way. */
  readonly score: number | null;
  /** Absent where nothing was measured. */
  readonly costs?: Pick<Measurement, ConstrainedName>;
  /** Whether the training ended at its limit. */
  readonly reachedLimit: boolean;
  /** Of one that ended; absent where its stage has kept no more than an outline. */
  readonly curve?: LearningCurve;
}

/** What the points of a search follow from, beside its trials. */
export interface SearchPlan {
  readonly space: Space;
  /** Of the stage. */
  readonly seed: number;
  readonly replicates: number;
  /** Folds of each training; absent: none. */
  readonly folds?: number;
  readonly objective: Objective;
}

/** A search that has decided. */
export interface SearchOutcome extends SearchPlan {
  readonly stopsEarly: boolean;
  /** `SearchPoint`s in the order of the search; absent where the trials are in the store's pages. */
  readonly points?: Packed;
}

/** The training that a decision rests on most. */
export interface BestTraining {
  /** For people, e.g. `seed 2 of 3`. */
  readonly subject: string;
  readonly curve: LearningCurve;
  /** Whether it ended at its limit: one that was stopped may well have been learning. */
  readonly reachedLimit: boolean;
  /** Whether a best epoch near the end is worth a warning where the curve gives none. */
  readonly isBestLate: boolean;
}

export interface InsightsInput {
  /** Place among the decision's warnings from which those of the insights follow. */
  readonly warningsFrom: number;
  readonly best?: BestTraining;
  readonly search?: SearchOutcome;
}
