import type { StudyState } from '../../state';
import { knownStage, refused, refuseStage } from './update';
import type { StudyUpdate } from './update';

export const approve: StudyUpdate<'approve'> = {
  description:
    'opens the gate of a stage, also before the study has come to it; without a stage, of the one that waits',

  refuse(state, { stageId = waitingStage(state) }) {
    if (stageId === undefined) return refused(`study ${state.studyId} waits for no approval`);
    const refusal = refuseStage(state, stageId);
    if (refusal !== undefined) return refusal;
    const use = knownStage(state, stageId);
    if (use.gate === undefined) return refused(`stage ${use.stageId} has no gate: it begins by itself`);
    return state.control.approved.includes(use.stageId)
      ? refused(`stage ${use.stageId} is approved already`)
      : undefined;
  },

  apply(state, { stageId = waitingStage(state) }) {
    const use = knownStage(state, stageId);
    const { control } = state;
    return {
      state: state.changed({ control: { ...control, approved: [...control.approved, use.stageId] } }),
      detail: `${use.stageId} may begin`,
    };
  },
};

function waitingStage(state: StudyState): string | undefined {
  const next = state.nextStage();
  return next !== undefined && state.waitsForApproval(next) ? next.stageId : undefined;
}
