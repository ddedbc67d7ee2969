import type { Decision, Stage, StageContext } from './stage';
import { StageInconclusive } from './stage';

/**
 * The decision of a stage whose budget ended before its trials did. Without an answer the study goes on as it is: the
 * final training is paid for.
 */
export function decideOnLess(stage: Stage, context: StageContext<unknown>): Decision {
  const { trials, stageId, incumbent } = context;
  if (trials.length === 0) return unchanged('the study stays as it stood: the budget allows no trial');
  try {
    return stage.decide(context);
  } catch (error) {
    if (!(error instanceof StageInconclusive)) throw error;
    return unchanged(`the study stays as it stood: the budget ended before there was an answer; ${error.message}`);
  }

  function unchanged(because: string): Decision {
    const evidence = { trialIds: trials.map(({ spec }) => spec.trialId), plots: [], tables: [], warnings: [] };
    return { stage: stage.name, stageId, hparams: incumbent, because, confidence: 'low', evidence, alternatives: [] };
  }
}
