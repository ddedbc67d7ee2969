import type { Schedule } from './schedule';

/** The factor of the last milestone reached, 1 before the first. */
export const piecewise: Schedule<'piecewise'> = {
  factor({ milestones }, { step, stepsPerEpoch }) {
    const reached = milestones.filter(({ epoch }) => step >= epoch * stepsPerEpoch);
    return reached.reduce((last, next) => (next.epoch >= last.epoch ? next : last), { epoch: 0, factor: 1 }).factor;
  },
};
