import type { BudgetSpec } from '../../../words/study';
import type { StudyState } from '../../state';
import type { ChangeInputs } from '../change';
import { invalid, refused } from './update';
import type { Refusal, StudyUpdate } from './update';

/** As in the study language. */
const DEVICE_MINUTES_MAX = 1e7;
const TRIALS_MAX = 100_000;

export const extendBudget: StudyUpdate<'extendBudget'> = {
  description: 'adds device minutes or trials to what the study may spend; a stage that has decided stays decided',

  refuse(state, { deviceMinutes, trials }) {
    if (deviceMinutes === undefined && trials === undefined)
      return invalid('a budget is extended by deviceMinutes, by trials or by both, got neither');
    if (
      deviceMinutes !== undefined &&
      !(typeof deviceMinutes === 'number' && Number.isFinite(deviceMinutes) && deviceMinutes > 0)
    ) {
      return invalid(`deviceMinutes must be a number above 0, got ${JSON.stringify(deviceMinutes)}`);
    }
    if (trials !== undefined && !(Number.isInteger(trials) && trials > 0))
      return invalid(`trials must be a whole number of at least 1, got ${JSON.stringify(trials)}`);
    return refuseSum(state, extended(state.resolved.budget, { deviceMinutes, trials }), { deviceMinutes, trials });
  },

  apply(state, input) {
    const before = state.resolved.budget;
    const after = extended(before, input);
    const detail = [
      ...(input.deviceMinutes === undefined
        ? []
        : [`${after.deviceMinutes} device minutes, before ${before.deviceMinutes}`]),
      ...(input.trials === undefined ? [] : [`${after.maxTrials} trials, before ${before.maxTrials}`]),
    ].join('; ');
    return { state: state.budgeted(after), detail };
  },
};

type Addition = { readonly [Key in 'deviceMinutes' | 'trials']?: ChangeInputs['extendBudget'][Key] | undefined };

function extended({ deviceMinutes, maxTrials, ...rest }: BudgetSpec, added: Addition): BudgetSpec {
  return {
    ...rest,
    deviceMinutes: deviceMinutes === null ? null : deviceMinutes + (added.deviceMinutes ?? 0),
    maxTrials: maxTrials === null ? null : maxTrials + (added.trials ?? 0),
  };
}

function refuseSum(
  { studyId }: StudyState,
  { deviceMinutes, maxTrials }: BudgetSpec,
  added: Addition,
): Refusal | undefined {
  if (added.deviceMinutes !== undefined && deviceMinutes === null)
    return refused(`study ${studyId} has no limit of device minutes to extend`);
  if (added.trials !== undefined && maxTrials === null)
    return refused(`study ${studyId} has no limit of trials to extend`);
  if ((deviceMinutes ?? 0) > DEVICE_MINUTES_MAX)
    return invalid(`budget.deviceMinutes must be at most ${DEVICE_MINUTES_MAX}, got ${deviceMinutes}`);
  return (maxTrials ?? 0) > TRIALS_MAX
    ? invalid(`budget.maxTrials must be at most ${TRIALS_MAX}, got ${maxTrials}`)
    : undefined;
}
