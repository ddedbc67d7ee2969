import { invalid, refused } from './update';
import type { StudyUpdate } from './update';

/** As in the study language. */
const PARALLEL_TRIALS_MAX = 256;

export const setParallelTrials: StudyUpdate<'setParallelTrials'> = {
  description: 'how many trials run at a time from now on; none that runs is stopped for it',

  refuse({ resolved, studyId }, { parallelTrials }) {
    if (!Number.isInteger(parallelTrials) || parallelTrials < 1 || parallelTrials > PARALLEL_TRIALS_MAX) {
      return invalid(
        `parallelTrials must be a whole number from 1 to ${PARALLEL_TRIALS_MAX}, got ${JSON.stringify(parallelTrials)}`,
      );
    }
    return parallelTrials === resolved.budget.parallelTrials
      ? refused(`study ${studyId} runs ${parallelTrials} at a time already`)
      : undefined;
  },

  apply(state, { parallelTrials }) {
    const { budget } = state.resolved;
    return {
      state: state.budgeted({ ...budget, parallelTrials }),
      detail: `${parallelTrials} at a time, before ${budget.parallelTrials}`,
    };
  },
};
