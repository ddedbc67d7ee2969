import { fitStepTime } from '../../analysis/step-time';
import type { StepTimeFit } from '../../analysis/step-time';
import { formatNumber, formatSeconds } from '../format';
import type { LadderContext } from './phases';
import type { Rung } from './rungs';
import type { LadderView } from './view';

/**
 * Overhead of a step, in examples, where times must not decide. Small networks on CPUs measure 50 to 100, small
 * networks on GPUs more.
 */
const NOMINAL_OVERHEAD_EXAMPLES = 64;

/** Fits worse than this do not describe the step time. */
export const FIT_ERROR_MAX = 0.15;

/** Whether the times that an answer rests on are no line over the batch size: something else took time as well. */
export function areTimesUnsteady({ facts, cost }: LadderView): boolean {
  return !facts.reproducible && (cost.fit?.relativeError ?? Infinity) > FIT_ERROR_MAX;
}

/** What an optimizer step costs by batch size. */
export interface StepCost {
  /** `undefined` for a size that was not measured. */
  of(batchSize: number): number | undefined;
  /** Batch size at which half of a step is overhead. */
  readonly knee: number;
  /** Line through the measured times; `null` where there is none. */
  readonly fit: StepTimeFit | null;
  /** A cost for people. */
  text(cost: number): string;
}

/**
 * The measured median seconds of a step; in a reproducible study a nominal cost of 64 + B, in examples, so that the
 * same study decides the same on every machine.
 */
export function stepCostOf({ facts }: LadderContext, all: readonly Rung[]): StepCost {
  const rungs = all.filter(({ passed }) => passed);
  const times = rungs.flatMap(({ batchSize, stepSeconds }) =>
    stepSeconds === null ? [] : [{ batchSize, seconds: stepSeconds }],
  );
  const fit = fitStepTime(times);
  if (facts.reproducible) {
    const isMeasured = (batchSize: number): boolean => rungs.some((rung) => rung.batchSize === batchSize);
    return {
      of: (batchSize) => (isMeasured(batchSize) ? NOMINAL_OVERHEAD_EXAMPLES + batchSize : undefined),
      knee: NOMINAL_OVERHEAD_EXAMPLES,
      fit,
      text: (cost) => `a nominal cost of ${formatNumber(cost)} examples`,
    };
  }
  return {
    of: (batchSize) => times.find((time) => time.batchSize === batchSize)?.seconds,
    knee: fit?.knee ?? 1,
    fit,
    text: formatSeconds,
  };
}
