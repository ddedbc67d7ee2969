import { numericHParam } from '../../trials/hparams';
import type { Trial, TrialSpec } from '../../words/trial';
import { isRunning } from '../trials';
import { measurementOf } from '../../trials/outcome';
import { batchSizeOf, sizeTrial, trialsOf } from './phases';
import type { LadderContext } from './phases';
import type { Strategy } from './strategies/strategy';
import { power } from '../../search/power';
import type { LadderView } from './view';

/** A doubling that gains less images a second than this share is at the knee; two in a row end the climb. */
const KNEE_GAIN = 0.1;

/** The sizes to try, ascending: doublings from the lowest, and the study's own, so that what it has is compared too. */
export function rungSizes({
  options: { batchSizeMin, batchSizeMax },
  facts,
  incumbent,
}: LadderContext): readonly number[] {
  const highest = Math.min(batchSizeMax, facts.trainExamples);
  const sizes = new Set([Math.min(batchSizeMin, highest)]);
  for (let size = batchSizeMin; size <= highest; size *= 2) sizes.add(size);
  const own = numericHParam(incumbent, 'batchSize');
  if (own >= batchSizeMin && own <= highest) sizes.add(own);
  return [...sizes].sort((a, b) => a - b);
}

export interface Rung {
  readonly batchSize: number;
  readonly trial: Trial;
  readonly passed: boolean;
  /** Median seconds of an optimizer step. */
  readonly stepSeconds: number | null;
}

/** The rungs that have ended, ascending in size. */
export function rungsOf(context: LadderContext): readonly Rung[] {
  const rungs = trialsOf(context, 'rung')
    .filter((trial) => !isRunning(trial))
    .map((trial): Rung => {
      const stepSeconds = measurementOf(trial.result?.outcome)?.stepSeconds?.median ?? null;
      return {
        batchSize: batchSizeOf(trial),
        trial,
        passed: trial.result?.outcome.status === 'completed',
        stepSeconds,
      };
    });
  return rungs.sort((a, b) => a.batchSize - b.batchSize);
}

/** The smallest size that did not fit in memory. */
export function memoryEnd(rungs: readonly Rung[]): number | undefined {
  return rungs.find(({ trial }) => trial.result?.outcome.status === 'outOfMemory')?.batchSize;
}

/** The next rung; `wait` while one runs, since a second process would disturb its times; `undefined` at the top. */
export function nextRung(view: LadderView, strategy: Strategy): TrialSpec | 'wait' | undefined {
  const begun = trialsOf(view, 'rung');
  if (begun.some(isRunning)) return 'wait';
  const { rungs } = view;
  const full = memoryEnd(rungs);
  const batchSize = full === undefined ? strategy.sizes(view)[begun.length] : afterFull(view, strategy, full);
  return batchSize === undefined || (strategy.endsAtKnee && isFastEnough(view)) ? undefined : rung(view, batchSize);
}

function afterFull(view: LadderView, { onFull }: Strategy, full: number): number | undefined {
  if (onFull === 'bisect') return halfway(view, full);
  // A rung that failed for another reason than memory would fail at half its size too.
  return onFull === 'halve' && view.rungs[0]?.batchSize === full && full > 1 ? Math.floor(full / 2) : undefined;
}

/**
 * The size between the largest that passed and the first that did not fit; `undefined` once they are as close as asked,
 * or none passed.
 */
function halfway({ options, rungs }: LadderView, full: number): number | undefined {
  const passed = rungs.findLast((each) => each.passed && each.batchSize < full)?.batchSize;
  if (passed === undefined || full - passed <= Math.max(1, options.resolution * passed)) return undefined;
  const middle = Math.floor((passed + full) / 2);
  // A rung that failed for another reason than memory is no end to search towards.
  return rungs.some(({ batchSize }) => batchSize === middle) ? undefined : middle;
}

/** Most sizes tried between two rungs, which are at most a doubling apart. */
export function halvingsMax(options: LadderContext['options']): number {
  return Math.ceil(Math.log2(1 / options.resolution));
}

function isFastEnough({ facts, incumbent, rungs }: LadderView): boolean {
  // A reproducible study must not depend on times.
  if (facts.reproducible) return false;
  return (rungs.at(-1)?.batchSize ?? 0) >= numericHParam(incumbent, 'batchSize') && isBeyondKnee(rungs);
}

/** Whether the last two rungs each gained too little over the one below. */
function isBeyondKnee(rungs: readonly Rung[]): boolean {
  const measured = rungs.filter(({ stepSeconds }) => stepSeconds !== null);
  if (measured.length < 3) return false;
  return [1, 2].every((back) => {
    const [lower, upper] = [measured.at(-1 - back)!, measured.at(-back)!];
    const gain = upper.batchSize / upper.stepSeconds! / (lower.batchSize / lower.stepSeconds!);
    return gain < power(1 + KNEE_GAIN, Math.log2(upper.batchSize / lower.batchSize));
  });
}

function rung(context: LadderContext, batchSize: number): TrialSpec {
  const { warmupSteps, timedSteps } = context.options;
  return sizeTrial(context, 'rung', batchSize, {
    steps: warmupSteps + timedSteps,
    record: { stepLosses: false, stepTimesAfter: warmupSteps },
  });
}
