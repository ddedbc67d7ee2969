/**
 * What weight decay does to weights over a whole training: decoupled, each step of rate r shrinks them by r * weightDecay.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019 (arXiv:1711.05101). Weights are
 * an average of what was learnt over the last 1 / (r * weightDecay) steps, which had better be no fewer than an epoch's
 * and no more than the training's: X. Wang, L. Aitchison, "How to set AdamW's weight decay as you scale model and
 * dataset size", ICML 2025 (arXiv:2405.13698).
 *
 * @module
 */
import type { ScheduleSpec } from '../words/schedule';
import { meanFactor } from './mean-factor';

/** Length of a training in optimizer steps and in epochs. */
export interface TrainingLength {
  readonly steps: number;
  readonly epochs: number;
}

/** Sum of the factors of a schedule over all steps; of `plateau`, which looks at results, the most that it can be. */
export const sumOfFactors = (schedule: ScheduleSpec, { steps, epochs }: TrainingLength): number =>
  steps * meanFactor(schedule, steps, steps / epochs);

/** The share of every weight that is gone at the end, were nothing learnt, in [0, 1]. @param rates Sum of all rates. */
export function shrinkage(weightDecay: number, rates: number): number {
  return -Math.expm1(-weightDecay * rates);
}

/** The weight decay after which a share of every weight is gone. @param share In [0, 1). */
export function decayFor(share: number, rates: number): number {
  return -Math.log1p(-share) / rates;
}
