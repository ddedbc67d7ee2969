import { STAGES } from '../../../stages';
import { stageContext } from '../../stage-context';
import { invalid, knownStage, refuseStage } from './update';
import type { StudyUpdate } from './update';

export const enqueueTrial: StudyUpdate<'enqueueTrial'> = {
  description: 'puts a configuration next into a stage that searches; what it does not name is as the study stands',

  refuse(state, { stageId, hparams }) {
    const refusal = refuseStage(state, stageId);
    if (refusal !== undefined) return refusal;
    const use = knownStage(state, stageId);
    const stage = STAGES[use.stage];
    if (stage?.refuseEnqueued === undefined) {
      const takers = Object.values(STAGES)
        .filter(({ refuseEnqueued, aliasOf }) => refuseEnqueued !== undefined && aliasOf === undefined)
        .map(({ name }) => name);
      return invalid(`stage ${use.stageId} takes no enqueued trials: only ${takers.join(', ')} does`);
    }
    const given: unknown = hparams;
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return invalid(`hparams must be a mapping of hyperparameters to values, got ${JSON.stringify(hparams)}`);
    const problem = stage.refuseEnqueued(stageContext(state, use, state.startedTrials(use)), hparams);
    return problem === undefined ? undefined : invalid(problem);
  },

  apply(state, { stageId, hparams }) {
    const use = knownStage(state, stageId);
    const { control } = state;
    const values = Object.entries(hparams).map(([name, value]) => `${name} ${String(value)}`);
    return {
      state: state.changed({
        control: { ...control, enqueued: [...control.enqueued, { stageId: use.stageId, hparams }] },
      }),
      detail: `${use.stageId}: ${values.join(', ')}`,
    };
  },
};
