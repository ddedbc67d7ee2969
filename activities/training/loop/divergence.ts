/**
 * Whether a training has diverged or died, by its smoothed training loss.
 *
 * @module
 */
import { power } from '../../../workflows/search/power';
import type { EpochMeasurement } from '../../../workflows/words/outcome';
import type { StopRules } from '../../../workflows/words/trial';

/** Weight of the past in the moving average; about 50 steps of memory, as in fastai's learning-rate finder. */
const BETA = 0.98;

/** An exponential moving average of the training loss; plain JSON, kept in checkpoints. */
export interface LossAverage {
  /** Biased towards its start at 0; `smoothedLoss` corrects it. */
  readonly average: number;
  readonly steps: number;
}

export const NO_LOSS: LossAverage = { average: 0, steps: 0 };

/** The average with one more loss, which must be finite. */
export function addLoss({ average, steps }: LossAverage, loss: number): LossAverage {
  return { average: BETA * average + (1 - BETA) * loss, steps: steps + 1 };
}

/**
 * The average corrected for its start at 0, so that it is a mean of the losses from the first step on; NaN before it.
 *
 * Source: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 3.
 */
export function smoothedLoss({ average, steps }: LossAverage): number {
  return average / (1 - power(BETA, steps));
}

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
export function divergedOrDead({ loss, start, best }: LossWatch, rules: StopRules): 'diverged' | 'dead' | null {
  if (start === null || best === null) return null;
  const smoothed = smoothedLoss(loss);
  if (rules.divergenceFactor !== undefined && smoothed > rules.divergenceFactor * best) return 'diverged';
  return rules.dead === true && best < FALLEN * start && smoothed >= BACK * start ? 'dead' : null;
}

/**
 * Whether a training that has ended was dead all along: it was validated, and never better than chance.
 *
 * A step early on can kill a network before its loss has fallen at all, after which it stays a little above where it
 * began.
 */
export function neverLearnt(curve: readonly EpochMeasurement[], chanceLoss: number): boolean {
  const losses = curve.flatMap(({ values: { valLoss } }) => valLoss ?? []);
  return losses.length > 0 && losses.every((loss) => loss >= chanceLoss);
}
