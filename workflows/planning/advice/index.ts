/**
 * What a study may say and should not: told before any money is spent. A new rule is an export of one of these files and
 * a line below.
 *
 * @module
 */
import type { Problem } from '../../spec/problem';
import type { PlanFacts, PlannableStudy } from '../simulate';
import { advised } from './advised';
import type { Rule } from './advised';
import { batchBeyondData, fewSteps, smallValidation, smoothedPair } from './data';
import { penaltyUnderAdaptive, sharesBesideRates, weightDecay } from './decay';
import { milestonesBeyondEnd, patienceBeyondEnd, rungs, warmupIsCut } from './length';
import { decidedInVain, ratesThatCannotTrain, sameOptimizerTwice, sharedRate, singleSeeds } from './search';

export const RULES: readonly Rule[] = [
  weightDecay,
  penaltyUnderAdaptive,
  sharesBesideRates,
  patienceBeyondEnd,
  milestonesBeyondEnd,
  warmupIsCut,
  rungs,
  smallValidation,
  batchBeyondData,
  fewSteps,
  smoothedPair,
  singleSeeds,
  ratesThatCannotTrain,
  sharedRate,
  sameOptimizerTwice,
  decidedInVain,
];

/**
 * Every piece of advice on a study, each with path, rule, value and fix.
 *
 * @param facts Counts of its data set; without them only what the study file tells is looked at.
 */
export function adviceOn(
  study: PlannableStudy,
  facts: PlanFacts | undefined,
  rules: readonly Rule[] = RULES,
): readonly Problem[] {
  const view = advised(study, facts);
  return rules.flatMap((rule) => rule.of(view));
}
