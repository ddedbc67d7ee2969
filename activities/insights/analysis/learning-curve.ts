/**
 * What the shape of a learning curve says about the length of a training.
 *
 * @module
 */
import type { LearningCurve } from '../../../workflows/words/insights';

/** Fewer validated epochs have no shape. */
const EPOCHS_MIN = 6;

/**
 * A validation loss counts as risen from this share above its lowest on. Source: L. Prechelt, "Early Stopping - But
 * When?", 1998: GL with alpha 5.
 */
const RISE_MIN = 0.05;

/** The lowest must lie this far before the end: a rise within the noise of the last epochs is none. */
const RISE_SHARE_MIN = 0.2;

/** The last part of a curve, by which its slope is judged. */
const TAIL_SHARE = 1 / 3;
const TAIL_EPOCHS_MIN = 4;

/** A training a third as long again must promise to lower the loss by this share. */
const GAIN_MIN = 0.1;

/** 95 % quantiles of Student's distribution by degrees of freedom, from 1 on; beyond, the last. */
const STUDENT_95 = [6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81, 1.8, 1.78, 1.77, 1.76, 1.75];

export interface Overfitting {
  /** Epoch with the lowest validation loss, and the last. */
  readonly epoch: number;
  readonly lastEpoch: number;
  /** By which share the validation loss has risen since. */
  readonly rise: number;
}

interface Point {
  readonly epoch: number;
  readonly loss: number;
}

/**
 * Whether a training went on learning its examples by heart: the validation loss rose well before the end while the
 * training loss fell.
 *
 * @returns `null` if not, or for fewer than 6 epochs with both losses.
 */
export function overfitting(curve: LearningCurve): Overfitting | null {
  const points = curve.flatMap(({ epoch, valLoss, trainLoss }) =>
    isUsable(valLoss) && isUsable(trainLoss) ? [{ epoch, loss: valLoss, trainLoss }] : [],
  );
  if (points.length < EPOCHS_MIN) return null;
  const lowest = points.reduce((a, b) => (b.loss < a.loss ? b : a));
  const last = points.at(-1)!;
  const rise = tailMean(points) / lowest.loss - 1;
  const isEarly = points.length - 1 - points.indexOf(lowest) >= RISE_SHARE_MIN * points.length;
  return isEarly && rise >= RISE_MIN && last.trainLoss < lowest.trainLoss
    ? { epoch: lowest.epoch, lastEpoch: last.epoch, rise }
    : null;
}

/** Mean of the last fifth: one bad evaluation at the end is no rise. */
function tailMean(points: readonly Point[]): number {
  const tail = points.slice(-Math.max(1, Math.floor(points.length * RISE_SHARE_MIN)));
  return tail.reduce((sum, { loss }) => sum + loss, 0) / tail.length;
}

export interface Unfinished {
  readonly lastEpoch: number;
  /**
   * By which share the validation loss would fall in a third as many epochs again, if its falls went on shrinking as
   * they did.
   */
  readonly gain: number;
}

/**
 * Whether the validation loss was still falling at the end: the slope of its last third is below 0 with a probability
 * of 0.95.
 *
 * A schedule that ends at a rate near 0 flattens every curve, so under one the absence of this says little.
 *
 * @returns `null` if not, or for fewer than 6 validated epochs.
 */
export function unfinished(curve: LearningCurve): Unfinished | null {
  const points = curve.flatMap(({ epoch, valLoss }) => (isUsable(valLoss) ? [{ epoch, loss: valLoss }] : []));
  if (points.length < EPOCHS_MIN) return null;
  const tail = points.slice(-Math.max(TAIL_EPOCHS_MIN, Math.ceil(points.length * TAIL_SHARE)));
  const { slope, error } = leastSquares(tail);
  const lastEpoch = tail.at(-1)!.epoch;
  const gain = 1 - expectedLoss(points) / tailMean(points);
  const isFalling = slope + (STUDENT_95[tail.length - 3] ?? STUDENT_95.at(-1)!) * error < 0;
  return isFalling && gain >= GAIN_MIN ? { lastEpoch, gain: Math.min(1, gain) } : null;
}

/**
 * Mean loss of another third. The falls from third to third tell how fast they shrink; a straight line would promise
 * far too much.
 */
function expectedLoss(points: readonly Point[]): number {
  const [first, second, third] = [0, 1, 2].map((i) => {
    const part = points.slice(Math.floor((i * points.length) / 3), Math.floor(((i + 1) * points.length) / 3));
    return part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
  });
  const [before, last] = [first! - second!, second! - third!];
  return Math.max(0, third! - last * (before > last ? last / before : 1));
}

function isUsable(loss: number | null): loss is number {
  return loss !== null && Number.isFinite(loss) && loss > 0;
}

/** Slope of a straight line, with its standard error. @param points At least 3, at different epochs. */
function leastSquares(points: readonly Point[]): { readonly slope: number; readonly error: number } {
  const middle = points.reduce((sum, { epoch }) => sum + epoch, 0) / points.length;
  const level = points.reduce((sum, { loss }) => sum + loss, 0) / points.length;
  const spread = points.reduce((sum, { epoch }) => sum + (epoch - middle) ** 2, 0);
  const slope = points.reduce((sum, { epoch, loss }) => sum + (epoch - middle) * (loss - level), 0) / spread;
  const residual = points.reduce((sum, { epoch, loss }) => sum + (loss - level - slope * (epoch - middle)) ** 2, 0);
  return { slope, error: Math.sqrt(residual / (points.length - 2) / spread) };
}
