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
import { power } from '../search/power';
import type { ScheduleSpec } from '../words/schedule';

/** Length of a training in optimizer steps and in epochs. */
export interface TrainingLength {
  readonly steps: number;
  readonly epochs: number;
}

/** Sum of the factors of a schedule over all steps; of `plateau`, which looks at results, the most that it can be. */
export function sumOfFactors(schedule: ScheduleSpec, { steps, epochs }: TrainingLength): number {
  const warmup = Math.min(schedule.warmupSteps ?? 0, steps);
  return warmup / 2 + (steps - warmup) * meanFactor(schedule, epochs);
}

function meanFactor(schedule: ScheduleSpec, epochs: number): number {
  switch (schedule.name) {
    case 'constant':
    case 'plateau':
    case 'ramp':
      return 1;
    case 'exponential': {
      const { factorPerEpoch } = schedule;
      return factorPerEpoch === 1 ? 1 : (power(factorPerEpoch, epochs) - 1) / (epochs * Math.log(factorPerEpoch));
    }
    case 'cosine':
      return (1 + schedule.finalFactor) / 2;
    case 'oneCycle': {
      const { peakFraction, initialFactor, finalFactor } = schedule;
      return (peakFraction * (initialFactor + 1) + (1 - peakFraction) * (1 + finalFactor)) / 2;
    }
    case 'piecewise': {
      const begins = [{ epoch: 0, factor: 1 }, ...schedule.milestones].filter(({ epoch }) => epoch < epochs);
      return begins.reduce(
        (sum, { epoch, factor }, i) => sum + (factor * ((begins[i + 1]?.epoch ?? epochs) - epoch)) / epochs,
        0,
      );
    }
  }
}

/** The share of every weight that is gone at the end, were nothing learnt, in [0, 1]. @param rates Sum of all rates. */
export function shrinkage(weightDecay: number, rates: number): number {
  return -Math.expm1(-weightDecay * rates);
}

/** The weight decay after which a share of every weight is gone. @param share In [0, 1). */
export function decayFor(share: number, rates: number): number {
  return -Math.log1p(-share) / rates;
}
