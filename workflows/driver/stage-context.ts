import { remainingBudget } from './budget/remaining-budget';
import { deriveSeed } from '../search/random';
import type { StageContext } from '../stages/stage';
import type { StudyState } from './state';
import type { StageUse } from '../words/study';
import type { Trial } from '../words/trial';

/** What a stage is asked with. @param trials Its trials as it may see them. */
export function stageContext(state: StudyState, use: StageUse, trials: readonly Trial[]): StageContext<unknown> {
  const { incumbent, facts, decisions } = state;
  const enqueued = state.enqueuedFor(use);
  return {
    stageId: use.stageId,
    options: use.options,
    incumbent,
    trials,
    seed: deriveSeed(state.resolved.seed, use.stageId),
    facts,
    remaining: remainingBudget(state),
    decisions,
    ...(enqueued.length > 0 && { enqueued }),
  };
}
