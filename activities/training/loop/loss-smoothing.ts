import { power } from '../../../workflows/search/power';

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
