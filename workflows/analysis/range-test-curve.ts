import type { StepLoss } from '../words/outcome';
import { exponentialMovingAverage } from './smoothing';

/** A point of a learning-rate range test. */
export interface CurvePoint {
  readonly learningRate: number;
  readonly loss: number;
}

/** Ascending in learning rate, smoothed, all finite. */
export type Curve = readonly CurvePoint[];

/** Fewer points have no shape that a rule could read. */
const CURVE_POINTS_MIN = 10;

/**
 * Share of the start and points of the end that are left out. Source: fastai `lr_find`; the ends are where smoothing
 * has seen too little, or the blow-up.
 */
const START_SHARE = 0.1;
const END_POINTS = 5;

/** The smoothed loss of a range test up to the first loss that is not finite. */
export function smoothedCurve(stepLosses: readonly StepLoss[], smoothing: number): Curve {
  const broken = stepLosses.findIndex(({ loss }) => !Number.isFinite(loss));
  const whole = broken < 0 ? stepLosses : stepLosses.slice(0, broken);
  const smoothed = exponentialMovingAverage(
    whole.map(({ loss }) => loss),
    smoothing,
  );
  return whole.map(({ learningRate }, i) => ({ learningRate, loss: smoothed[i]! }));
}

/** What of a curve the rules look at; `null` if too little is left. */
export function readablePart(curve: Curve): Curve | null {
  const part = curve.slice(Math.floor(curve.length * START_SHARE), Math.max(0, curve.length - END_POINTS));
  return part.length < CURVE_POINTS_MIN ? null : part;
}

/** Index of the lowest loss; of equals the first, which is the lowest rate. -1 for an empty curve. */
export function lowestIndex(curve: Curve): number {
  return curve.reduce((best, { loss }, i) => (best < 0 || loss < curve[best]!.loss ? i : best), -1);
}

/**
 * Slope of the loss per decade of learning rate at every point, by central differences.
 * @param curve At least 2 points.
 */
export function slopesPerDecade(curve: Curve): readonly number[] {
  return curve.map((_, i) => {
    const [left, right] = [curve[Math.max(0, i - 1)]!, curve[Math.min(curve.length - 1, i + 1)]!];
    return (right.loss - left.loss) / Math.log10(right.learningRate / left.learningRate);
  });
}
