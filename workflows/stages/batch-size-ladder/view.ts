/**
 * What the parts of a ladder look at, worked out once each time that the stage is asked.
 *
 * @module
 */
import type { NoiseScale } from '../../analysis/noise-scale';
import { measuredNoise } from './noise';
import type { LadderContext } from './phases';
import { raceTimes, targetOf } from './race';
import type { RaceTime } from './race';
import { rungsOf } from './rungs';
import type { Rung } from './rungs';
import { stepCostOf } from './step-cost';
import type { StepCost } from './step-cost';

/** The context with what follows from its trials. */
export interface LadderView extends LadderContext {
  /** Those that have ended, ascending in size. */
  readonly rungs: readonly Rung[];
  /** Sizes whose rung passed, ascending. */
  readonly passed: readonly number[];
  readonly cost: StepCost;
  /** The validation loss that the race is to; `null` while, or where, there is none. */
  readonly target: number | null;
  /** What every raced size took to the target, ascending in size. */
  readonly times: readonly RaceTime[];
  /** Over all reference trainings; `null` without enough of it. */
  readonly noise: NoiseScale | null;
}

export function ladderView(context: LadderContext): LadderView {
  const rungs = rungsOf(context);
  const cost = stepCostOf(context, rungs);
  const target = targetOf(context);
  const times = raceTimes(context, { cost, target });
  let noise: NoiseScale | null | undefined;
  return {
    ...context,
    rungs,
    passed: rungs.filter(({ passed }) => passed).map(({ batchSize }) => batchSize),
    cost,
    target,
    times,
    // Its interval is a bootstrap, which no rung needs.
    get noise() {
      if (noise === undefined) noise = measuredNoise(context);
      return noise;
    },
  };
}
