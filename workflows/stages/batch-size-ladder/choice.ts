import type { Trial, TrialSpec } from '../../words/trial';
import { isRunning } from '../trials';
import { batchSizeOf, ladderTrial, largestSizeOf, sizeTrial, trialsOf } from './phases';
import { answeredHparams, standingTrials } from './rates';
import { memoryEnd } from './rungs';
import { strategyOf } from './strategies';
import type { LadderView } from './view';

/** Sizes by preference, best first; those below the best come last, in case it does not hold what its rung promised. */
export function preference(view: LadderView): readonly number[] {
  const { passed } = view;
  const preferred = strategyOf(view)
    .preference(view)
    .filter((size) => passed.includes(size));
  const lowest = Math.min(...preferred);
  const below = passed.filter((size) => size < lowest).reverse();
  return [...preferred, ...below];
}

/** Where the choice stands. */
export interface Choice {
  /** The best size that nothing speaks against; `undefined` if there is none. */
  readonly batchSize: number | undefined;
  readonly soaked: boolean;
  /** The trial that it still needs. */
  readonly next: TrialSpec | 'wait' | undefined;
}

/**
 * The size to go on with: the first by preference that runs with its margin and through its soak. Only sizes that ran
 * are ever chosen.
 */
export function chooseSize(view: LadderView): Choice {
  for (const batchSize of preference(view)) {
    const margin = marginCheck(view, batchSize);
    if (margin === 'failed' || hasFailed(view, batchSize)) continue;
    if (margin !== 'passed') return { batchSize, soaked: false, next: margin };
    const soak = standingTrials(view, 'soak').find((trial) => batchSizeOf(trial) === batchSize);
    if (soak === undefined) return { batchSize, soaked: false, next: soakTrial(view, batchSize) };
    if (isRunning(soak)) return { batchSize, soaked: false, next: 'wait' };
    return { batchSize, soaked: true, next: undefined };
  }
  return { batchSize: undefined, soaked: false, next: undefined };
}

function ranOutOfMemory({ result }: Trial): boolean {
  return result?.outcome.status === 'outOfMemory';
}

/** Whether a size ran out of memory in any trial, though its rung may have passed. */
export function hasFailed({ trials }: LadderView, batchSize: number): boolean {
  return trials.some((trial) => ranOutOfMemory(trial) && largestSizeOf(trial) === batchSize);
}

/**
 * Whether a size a margin larger fits too. Only the largest size that passed needs a probe, and only where memory ended
 * the climb; the smallest is taken without a margin rather than nothing.
 */
function marginCheck(view: LadderView, batchSize: number): 'passed' | 'failed' | 'wait' | TrialSpec {
  const { memoryMargin, warmupSteps, timedSteps } = view.options;
  const full = memoryEnd(view.rungs);
  const larger = Math.ceil(batchSize * (1 + memoryMargin));
  const { passed } = view;
  if (full === undefined || memoryMargin === 0 || batchSize === passed[0] || passed.some((size) => size >= larger))
    return 'passed';
  if (larger >= full) return 'failed';
  const done = trialsOf(view, 'margin').find((trial) => batchSizeOf(trial) === larger);
  if (done === undefined) return sizeTrial(view, 'margin', larger, { steps: warmupSteps + timedSteps });
  if (isRunning(done)) return 'wait';
  return ranOutOfMemory(done) ? 'failed' : 'passed';
}

/**
 * A longer trial of the chosen size as it will train, in a process of its own: memory that leaks or that a rate costs
 * shows there.
 */
function soakTrial(view: LadderView, batchSize: number): TrialSpec {
  return ladderTrial(view, 'soak', batchSize, 0, {
    hparams: answeredHparams(view, batchSize),
    schedule: { name: 'constant' },
    limit: { steps: view.options.soakSteps },
    evaluate: { validation: 'end', test: false },
    process: 'fresh',
  });
}
