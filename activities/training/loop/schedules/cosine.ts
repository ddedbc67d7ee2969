import type { Schedule } from './schedule';

/**
 * Half a cosine from 1 to `finalFactor` over the steps after warm-up. Source: I. Loshchilov, F. Hutter, "SGDR", ICLR
 * 2017, equation 5.
 */
export const cosine: Schedule<'cosine'> = {
  factor({ finalFactor, warmupSteps = 0 }, { step, stepsTotal }) {
    const progress = Math.min(1, Math.max(0, (step - warmupSteps) / Math.max(1, stepsTotal - warmupSteps)));
    return finalFactor + ((1 - finalFactor) * (1 + Math.cos(Math.PI * progress))) / 2;
  },
};
