import { canSpend } from '../../planning/loop';
import { decideOnLess } from '../../stages/decide-on-less';
import type { Decision, Stage, StageContext } from '../../stages/stage';
import type { StageUse } from '../../words/study';
import type { StudyState } from '../state';
import { cutWarning, isAdmitted } from './admission';

/** The decision of a stage that starts no further trial, with a warning where that is for want of budget. */
export function concluded(stage: Stage, state: StudyState, use: StageUse, context: StageContext<unknown>): Decision {
  const next = stage.suggest(context);
  if (next === undefined || (canSpend(stage, context.remaining) && isAdmitted(state, use, next)))
    return stage.decide(context);
  const decision = decideOnLess(stage, context);
  const { evidence } = decision;
  const warnings = [...evidence.warnings, cutWarning(state, use, next)];
  return { ...decision, confidence: 'low', evidence: { ...evidence, warnings } };
}
