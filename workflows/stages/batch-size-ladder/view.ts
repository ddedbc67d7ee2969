/**
 * What the parts of a ladder look at, worked out once each time that the stage is asked.
 *
 * @module
 */
import type { NoiseScale } from '../../analysis/noise-scale';
import { measuredNoise } from './noise';
import type { LadderContext } from './phases';
import { comparisonOf } from './comparison';
import type { Contest, LadderComparison } from './comparison';
import { referenceSize, targetOf } from './race';
import { rungsOf } from './rungs';
import type { Rung } from './rungs';
import { strategyOf } from './strategies';
import { stepCostOf } from './step-cost';
import type { StepCost } from './step-cost';
import { freshTimes, raceTimes } from './times';
import type { RaceTime } from './times';

/** The context with what follows from its trials. */
export interface LadderView extends LadderContext {
  /** Those that have ended, ascending in size. */
  readonly rungs: readonly Rung[];
  /** Sizes whose rung passed, ascending. */
  readonly passed: readonly number[];
  readonly cost: StepCost;
  /** The validation loss that the race is to; `null` while, or where, there is none. */
  readonly target: number | null;
  /** The size that gives the target: the study's own, or the nearest that passed. */
  readonly reference: number | undefined;
  /** What every raced size took to the target, ascending in size. */
  readonly times: readonly RaceTime[];
  /** The same of the two sizes that were compared once more, on fresh seeds. */
  readonly fresh: readonly RaceTime[];
  /** What the sizes are compared by; `null` where they are not. */
  readonly contest: Contest | null;
  readonly comparison: LadderComparison;
  /** Over all reference trainings; `null` without enough of it. */
  readonly noise: NoiseScale | null;
}

export function ladderView(context: LadderContext): LadderView {
  const rungs = rungsOf(context);
  const cost = stepCostOf(context, rungs);
  const target = targetOf(context);
  const passed = rungs.filter((rung) => rung.passed).map(({ batchSize }) => batchSize);
  let noise: NoiseScale | null | undefined;
  let contest: Contest | null | undefined;
  let comparison: LadderComparison | undefined;
  return {
    ...context,
    rungs,
    passed,
    cost,
    target,
    reference: referenceSize(context, passed),
    times: raceTimes(context, { cost, target }),
    fresh: freshTimes(context, { cost, target }),
    get contest() {
      return (contest ??= strategyOf(context).contest?.(this) ?? null);
    },
    get comparison() {
      return (comparison ??= comparisonOf(this));
    },
    // Its interval is a bootstrap, which no rung needs.
    get noise() {
      if (noise === undefined) noise = measuredNoise(context);
      return noise;
    },
  };
}
