/**
 * Rules that end a trial from its training loss alone.
 *
 * @module
 */
import { lossOfEqualOdds } from '../../../workflows/analysis/score';
import type { EpochMeasurement, StopRules } from '../../../workflows/words/trial';
import { addLoss, type LossAverage, NO_LOSS, smoothedLoss } from './loss-smoothing';

/** Below this share of its start a loss counts as having fallen. */
const FALLEN = 0.9;
/**
 * Above this share of its start a fallen loss counts as back: a dead network answers with chance, a little below most
 * starts.
 */
const BACK = 0.98;

/** What the rules remember; plain JSON, kept in checkpoints. Smoothed losses; `null` before the first step. */
export interface LossWatch {
  readonly loss: LossAverage;
  readonly start: number | null;
  readonly best: number | null;
}

export const INITIAL_LOSS_WATCH: LossWatch = { loss: NO_LOSS, start: null, best: null };

/** The watch after a step whose loss was finite. */
export function watchLoss(watch: LossWatch, value: number): LossWatch {
  const loss = addLoss(watch.loss, value);
  const smoothed = smoothedLoss(loss);
  return {
    loss,
    start: watch.start ?? smoothed,
    best: watch.best === null ? smoothed : Math.min(watch.best, smoothed),
  };
}

/**
 * Whether the training has diverged or died; `null` while it is alive.
 *
 * A network dies when a step throws its units out of reach of every gradient: the loss comes back to where it began and
 * stays finite, so that no factor on the best loss need ever be reached.
 */
export function lossVerdict({ loss, start, best }: LossWatch, rules: StopRules): 'diverged' | 'dead' | null {
  if (start === null || best === null) return null;
  const smoothed = smoothedLoss(loss);
  if (rules.divergenceFactor !== undefined && smoothed > rules.divergenceFactor * best) return 'diverged';
  return rules.dead === true && best < FALLEN * start && smoothed >= BACK * start ? 'dead' : null;
}

/**
 * Whether a training that has ended was dead all along: it was validated, and never better than equal odds for every
 * class.
 *
 * A step early on can kill a network before its loss has fallen at all, after which it stays a little above where it
 * began.
 */
export function neverLearnt(curve: readonly EpochMeasurement[], classes: number): boolean {
  const losses = curve.flatMap(({ valLoss }) => valLoss ?? []);
  return losses.length > 0 && losses.every((loss) => loss >= lossOfEqualOdds(classes));
}
