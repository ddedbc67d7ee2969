import type { Schedule } from './schedule';
import { power } from '../../../../workflows/search/power';

/** Multiplies by `factorPerEpoch` every epoch, smoothly in between. */
export const exponential: Schedule<'exponential'> = {
  factor: ({ factorPerEpoch }, { step, stepsPerEpoch }) => power(factorPerEpoch, step / stepsPerEpoch),
};
