/**
 * What a study may still spend, and how much of it the stage that runs may.
 *
 * @module
 */
import { deriveSeed } from '../../search/random';
import { STAGES } from '../../stages';
import { atLongest } from '../../stages/longest';
import { trainingOf } from '../../trials/trial-training';
import type { RemainingBudget, StageContext } from '../../stages/stage';
import { stageInUse } from '../../stages/stage-in-use';
import type { StageUse } from '../../words/study';
import type { StudyState } from '../state';

/**
 * Device seconds and trials left to the stage that runs.
 *
 * What stages that must run will need comes off first: predicted from the seconds that an example took so far, or
 * before anything was measured, their share. The rest is dealt out to the other stages by their shares, so that what
 * one leaves over is for those after it, and none can spend what a later one is there for; but for its first trial,
 * without which it has no answer at all.
 */
export function remainingBudget(state: StudyState): RemainingBudget {
  const { budget } = state.resolved;
  const trials =
    budget.maxTrials === null
      ? Infinity
      : budget.maxTrials - state.trialCount - estimateOf(state, reservedUses(state)).trials;
  if (budget.deviceMinutes === null) return { deviceSeconds: Infinity, trials };
  const forTuning = budget.deviceMinutes * 60 - reservedSeconds(state, budget.deviceMinutes * 60);
  return { deviceSeconds: forTuning - state.deviceSeconds - heldForLater(state, forTuning), trials };
}

/** Device seconds of a training example so far; `undefined` before anything was measured. */
export function secondsPerExample({
  deviceSeconds,
  examples,
}: Pick<StudyState, 'deviceSeconds' | 'examples'>): number | undefined {
  return examples === 0 || deviceSeconds === 0 ? undefined : deviceSeconds / examples;
}

function reservedSeconds(state: StudyState, total: number): number {
  const uses = reservedUses(state);
  const rate = secondsPerExample(state);
  const predicted = rate === undefined ? 0 : estimateOf(state, uses).examples * rate;
  const { stageShares = {} } = state.resolved.budget;
  const shares = uses
    .filter(({ stage }) => rate === undefined || stageShares[stage] !== undefined)
    .reduce((sum, use) => sum + shareOf(state, use), 0);
  return Math.max(predicted, shares * total);
}

/** What of the time for tuning the stages after the one that runs are there for. */
function heldForLater(state: StudyState, forTuning: number): number {
  const tuning = state.resolved.stages.filter(({ stage }) => STAGES[stage]?.mustRun !== true);
  const sum = (uses: readonly StageUse[]): number => uses.reduce((shares, use) => shares + shareOf(state, use), 0);
  const current = state.nextStage();
  if (current !== undefined && state.startedTrials(current).length === 0) return 0;
  const later = tuning.filter((use) => use.stageId !== current?.stageId && !state.isDecided(use));
  return later.length === 0 ? 0 : Math.max(0, forTuning) * (sum(later) / sum(tuning));
}

/** A stage that is there several times has its share once. */
function shareOf(
  {
    resolved: {
      budget: { stageShares = {} },
      stages,
    },
  }: StudyState,
  { stage }: StageUse,
): number {
  return (
    (stageShares[stage] ?? STAGES[stage]?.budgetShare ?? 0) / stages.filter((other) => other.stage === stage).length
  );
}

/** Undecided stages after the current one that must run, e.g. the final training. */
function reservedUses(state: StudyState): readonly StageUse[] {
  const current = state.currentStageId();
  return state.resolved.stages.filter(
    (use) => STAGES[use.stage]?.mustRun === true && use.stageId !== current && !state.isDecided(use),
  );
}

/** Upper bounds of stages that have not begun. */
function estimateOf(
  state: StudyState,
  uses: readonly StageUse[],
): { readonly trials: number; readonly examples: number } {
  const { stages } = state.resolved;
  let trials = 0;
  let examples = 0;
  for (const use of uses) {
    const before = stages.slice(0, stages.indexOf(use)).filter((other) => !state.isDecided(other));
    const incumbent = atLongest(state.incumbent, before);
    const context: StageContext<unknown> = {
      stageId: use.stageId,
      options: use.options,
      incumbent,
      trials: [],
      seed: deriveSeed(state.resolved.seed, use.stageId),
      facts: { ...state.facts, training: trainingOf(state.facts.training, incumbent) },
      remaining: { deviceSeconds: Infinity, trials: Infinity },
      decisions: state.decisions,
    };
    const estimate = stageInUse(STAGES, use)?.estimate(context);
    trials += estimate?.trials ?? 0;
    examples += estimate?.examples ?? 0;
  }
  return { trials, examples };
}
