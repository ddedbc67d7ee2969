import { STAGES } from '../../../stages';
import { invalid, knownStage, refuseStage } from './update';
import type { StudyUpdate } from './update';

export const skipStage: StudyUpdate<'skipStage'> = {
  description:
    'ends a stage without its answer, or leaves it out: its running trials are cancelled, and the study goes on as it stood',

  refuse(state, { stageId }) {
    const refusal = refuseStage(state, stageId);
    if (refusal !== undefined) return refusal;
    const use = knownStage(state, stageId);
    return STAGES[use.stage]?.mustRun === true
      ? invalid(`stage ${use.stageId} must not be skipped: it trains the model that the study is for`)
      : undefined;
  },

  apply(state, { stageId }) {
    const use = knownStage(state, stageId);
    const { control } = state;
    const trials = state.startedTrials(use).length;
    const when = trials === 0 ? 'before it began' : `after ${trials === 1 ? '1 trial' : `${trials} trials`}`;
    return {
      state: state.changed({ control: { ...control, skipped: [...control.skipped, use.stageId] } }),
      detail: `${use.stageId} ${when}`,
    };
  },
};
