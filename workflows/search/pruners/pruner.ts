import type { Objective } from '../../words/study';

/** The objective after an epoch; `null` where it is not finite, which is worse than any number. */
export interface CurvePoint {
  readonly epoch: number;
  readonly value: number | null;
}

/**
 * Epochs of a curve of which a pruner reads the best value, both ends included; where none is known, it reads the first
 * after them.
 */
export interface CurveRead {
  readonly from: number;
  readonly to: number;
}

/** A configuration as a pruner sees it. */
export interface PrunableTrial {
  /** Its place among the configurations, from 0; ties go to the lower one. */
  readonly number: number;
  /** `ended` is trained in full, or stopped early because it had no more to gain. */
  readonly status: 'running' | 'paused' | 'ended' | 'failed';
  /** Epochs after which it is paused, or was last. */
  readonly epoch: number;
  /** What is known of it, ascending in epochs. */
  readonly curve: readonly CurvePoint[];
}

export interface PrunerContext<Options> {
  readonly options: Options;
  /** Every configuration so far. */
  readonly trials: readonly PrunableTrial[];
  /** Epochs of a whole training. */
  readonly epochs: number;
  readonly objective: Pick<Objective, 'direction'>;
}

/**
 * What becomes of a paused configuration: it goes on to its next rung, waits for others to be compared with, or is
 * given up.
 */
export type Verdict = 'promote' | 'wait' | 'prune';

/**
 * A rule for which trainings are worth going on with: a pure function of what is known of all of them.
 *
 * A schedule of the learning rate is stretched over the whole training, so a training that is cut short was at a higher
 * rate than one of that length: configurations are compared with each other at the same epoch, never with a finished
 * one's result.
 */
export interface Pruner<Options = unknown> {
  /** Epochs after which a configuration pauses to be judged: ascending, from 1, below `epochs`. */
  rungs(options: Options, where: { readonly epochs: number; readonly number: number }): readonly number[];
  /**
   * What `judge` reads of a curve besides its last epoch: of a search of thousands nothing else is kept.
   *
   * @param where `pausedAt`: the epoch at which this one pauses; absent for one that is trained to its end.
   */
  reads(
    options: Options,
    where: { readonly epochs: number; readonly pausedAt?: number | undefined },
  ): readonly CurveRead[];
  /** A verdict on every paused configuration, by number. */
  judge(context: PrunerContext<Options>): ReadonlyMap<number, Verdict>;
  /**
   * Whether further seeds of a configuration can be saved.
   *
   * @param gains By how much it was better than the best configuration, seed by seed; -Infinity where it alone failed.
   */
  stopsReplicates?(options: Options, gains: readonly number[]): boolean;
}

/**
 * The objective at an epoch, or at the first known one after it; `undefined` for a configuration that is not known to
 * have reached it.
 */
export function valueAt({ curve }: PrunableTrial, epoch: number): number | null | undefined {
  const point = curve.find((one) => one.epoch >= epoch);
  return point === undefined ? undefined : finite(point.value);
}

export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

export function verdicts(
  trials: readonly PrunableTrial[],
  verdictOf: (trial: PrunableTrial) => Verdict,
): ReadonlyMap<number, Verdict> {
  return new Map(trials.filter(({ status }) => status === 'paused').map((trial) => [trial.number, verdictOf(trial)]));
}

/**
 * Epochs between two looks at a training where none are given: each look is a checkpoint and a way through the queue.
 */
export function intervalOf(intervalEpochs: number | undefined, epochs: number): number {
  return intervalEpochs ?? Math.ceil(epochs / 10);
}

/** Reads of single epochs. */
export const readsAt = (epochs: readonly number[]): readonly CurveRead[] =>
  epochs.map((epoch) => ({ from: epoch, to: epoch }));

/** `first` and every `interval` epochs after it, below `epochs`. */
export function everyInterval(first: number, interval: number, epochs: number): readonly number[] {
  const count = Math.max(0, Math.ceil((epochs - first) / interval));
  return Array.from({ length: count }, (_, i) => first + i * interval);
}
