import type { Schedule } from './schedule';

/** Multiplies by `factorPerEpoch` every epoch, smoothly in between. */
export const exponential: Schedule<'exponential'> = {
  factor: ({ factorPerEpoch }, { step, stepsPerEpoch }) => factorPerEpoch ** (step / stepsPerEpoch),
};
