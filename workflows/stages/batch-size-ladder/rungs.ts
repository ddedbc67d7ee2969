import { numericHParam } from '../../hparams';
import type { Trial, TrialSpec } from '../../trial';
import { isRunning, measurementOf } from '../trials';
import { batchSizeOf, ladderTrial, trialsOf } from './phases';
import type { LadderContext } from './phases';

/** A doubling that gains less images a second than this share is at the knee; two in a row end the climb. */
const KNEE_GAIN = 0.1;

/** The sizes to try, ascending: doublings from the lowest, and the study's own, so that what it has is compared too. */
export function rungSizes({ options: { batchSizeMin, batchSizeMax }, facts, incumbent }: LadderContext): readonly number[] {
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

/** The rungs that have ended, ascending. */
export function rungsOf(context: LadderContext): readonly Rung[] {
  return trialsOf(context, 'rung').filter((trial) => !isRunning(trial)).map((trial) => {
    const stepSeconds = measurementOf(trial.result?.outcome)?.stepSeconds?.median ?? null;
    return { batchSize: batchSizeOf(trial), trial, passed: trial.result?.outcome.status === 'completed', stepSeconds };
  });
}

/** The next rung; `wait` while one runs, since a second process would disturb its times; `undefined` at the top. */
export function nextRung(context: LadderContext): TrialSpec | 'wait' | undefined {
  const begun = trialsOf(context, 'rung');
  if (begun.some(isRunning)) return 'wait';
  const batchSize = rungSizes(context)[begun.length];
  return batchSize === undefined || hasEnded(context, rungsOf(context)) ? undefined : rung(context, batchSize);
}

function hasEnded({ options, facts, incumbent }: LadderContext, rungs: readonly Rung[]): boolean {
  const top = rungs.at(-1);
  if (top === undefined) return false;
  if (top.trial.result?.outcome.status === 'outOfMemory') return true;
  // The largest size has nothing to do with speed, and a reproducible study must not depend on it.
  if (options.objective === 'largest' || facts.reproducible) return false;
  return top.batchSize >= numericHParam(incumbent, 'batchSize') && isBeyondKnee(rungs);
}

/** Whether the last two rungs each gained too little over the one below. */
function isBeyondKnee(rungs: readonly Rung[]): boolean {
  const measured = rungs.filter(({ stepSeconds }) => stepSeconds !== null);
  if (measured.length < 3) return false;
  return [1, 2].every((back) => {
    const [lower, upper] = [measured.at(-1 - back)!, measured.at(-back)!];
    const gain = (upper.batchSize / upper.stepSeconds!) / (lower.batchSize / lower.stepSeconds!);
    return gain < (1 + KNEE_GAIN) ** Math.log2(upper.batchSize / lower.batchSize);
  });
}

function rung(context: LadderContext, batchSize: number): TrialSpec {
  const { warmupSteps, timedSteps } = context.options;
  return ladderTrial(context, 'rung', batchSize, 0, {
    // A rung measures time and memory; a scaled rate that diverges would end it before its evaluation.
    hparams: { ...context.incumbent, batchSize },
    schedule: { name: 'constant' }, limit: { steps: warmupSteps + timedSteps }, evaluate: { validation: 'end', test: false },
    record: { stepLosses: false, stepTimesAfter: warmupSteps }, process: 'fresh',
  });
}
