/**
 * Whether a training has diverged or died, by its smoothed training loss.
 *
 * @module
 */
import { isAtChance } from '../../../workflows/analysis/score';
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
  /** The loss over about the last 10 steps, and the highest that it was: a step that throws a network far shows in it. */
  readonly recent: number | null;
  readonly peak: number | null;
}

export const INITIAL_LOSS_WATCH: LossWatch = { loss: NO_LOSS, start: null, best: null, recent: null, peak: null };

/** Weight of the past in `recent`. */
const RECENT = 0.9;

/** The watch after a step whose loss was finite. */
export function watchLoss(watch: LossWatch, value: number): LossWatch {
  const loss = addLoss(watch.loss, value);
  const smoothed = smoothedLoss(loss);
  const recent = RECENT * (watch.recent ?? value) + (1 - RECENT) * value;
  return {
    loss,
    recent,
    peak: Math.max(watch.peak ?? recent, recent),
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

/** A recent loss this many times the loss where the training began, or that of chance, is a network thrown far. */
const THROWN = 1.5;

/**
 * Whether a training that has ended was dead all along: a step early on threw the network far, before its loss had
 * fallen at all, and no epoch's validation loss tells of anything learnt since.
 *
 * One that was never thrown and is where it began was only slow: too low a rate, or too few steps.
 *
 * @param chance Validation loss of chance.
 */
export function neverLearnt(curve: readonly EpochMeasurement[], { start, peak }: LossWatch, chance: number): boolean {
  if (start === null || peak === null || peak < THROWN * Math.max(start, chance)) return false;
  const losses = curve.flatMap(({ values: { valLoss } }) => valLoss ?? []);
  return losses.length > 0 && losses.every((loss) => isAtChance(loss, chance));
}
