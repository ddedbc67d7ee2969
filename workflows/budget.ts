/**
 * What a study may still spend.
 *
 * @module
 */
import { deriveSeed } from './search/random';
import { STAGES } from './stages';
import type { RemainingBudget, StageContext } from './stages/stage';
import type { StudyState } from './study-state';

/** Device seconds and trials left, with what the stages that must run will need taken off first. */
export function remainingBudget(state: StudyState): RemainingBudget {
  const { budget } = state.resolved;
  const reserved = reservedForLater(state);
  const secondsPerExample = state.examples === 0 ? 0 : state.deviceSeconds / state.examples;
  return {
    deviceSeconds: budget.deviceMinutes === null ? Infinity : budget.deviceMinutes * 60 - state.deviceSeconds - reserved.examples * secondsPerExample,
    trials: budget.maxTrials === null ? Infinity : budget.maxTrials - state.trialCount - reserved.trials,
  };
}

/** Upper bounds of the undecided stages after the current one that must run, e.g. the final training. */
function reservedForLater(state: StudyState): { readonly trials: number; readonly examples: number } {
  const current = state.currentStageId();
  let trials = 0;
  let examples = 0;
  for (const use of state.resolved.stages) {
    const stage = STAGES[use.stage];
    if (stage?.mustRun !== true || use.stageId === current || state.isDecided(use)) continue;
    const context: StageContext<unknown> = {
      stageId: use.stageId, options: use.options, incumbent: state.incumbent, trials: [], seed: deriveSeed(state.resolved.seed, use.stageId),
      facts: state.facts, remaining: { deviceSeconds: Infinity, trials: Infinity }, decisions: state.decisions,
    };
    const estimate = stage.estimate(context);
    trials += estimate.trials;
    examples += estimate.examples;
  }
  return { trials, examples };
}
