import { STANDARD_HPARAMS } from '../../words/hparams';
import { STEP_LOSSES_MAX } from '../../words/outcome';
import type { Trial } from '../../words/trial';
import { OPTIMIZER_FAMILIES } from '../optimizer-family';
import type { StageContext } from '../stage';
import type { LrRangeTestOptions } from './options';
import type { Reading } from './reading';

/** The learning rates of one test. */
export interface RateRange {
  readonly from: number;
  readonly to: number;
}

/** How often a range is extended before its edge is taken for the answer, and by how much. */
export const EXTENSIONS_MAX = 2;
const EXTENSION = 100;

/** Steps of a test over its first range, unless an option says otherwise. */
export const STEPS_DEFAULT = 200;

/** A range given by one end only is this wide. */
const WIDTH = 1e6;

/** The range that a study begins with: its options, else what suits the optimizer. */
export function initialRange({ options, facts }: StageContext<LrRangeTestOptions>): RateRange {
  const family = OPTIMIZER_FAMILIES[facts.training.optimizer.name];
  const from = options.from ?? Math.min(family.from, (options.to ?? family.to) / WIDTH);
  return { from, to: options.to ?? Math.max(family.to, from * WIDTH) };
}

/** The ranges tested so far, oldest first; at least the initial one. */
export function rangesOf(context: StageContext<LrRangeTestOptions>): readonly RateRange[] {
  const ranges: RateRange[] = [];
  for (const {
    spec: { schedule },
  } of context.trials) {
    if (schedule.name !== 'ramp') continue;
    const { from, to } = schedule;
    if (!ranges.some((range) => isSame(range, { from, to }))) ranges.push({ from, to });
  }
  return ranges.length === 0 ? [initialRange(context)] : ranges;
}

/** The trials of a range. */
export function testsOf(trials: readonly Trial[], range: RateRange): readonly Trial[] {
  return trials.filter(({ spec: { schedule } }) => schedule.name === 'ramp' && isSame(schedule, range));
}

function isSame(a: RateRange, b: RateRange): boolean {
  return a.from === b.from && a.to === b.to;
}

/**
 * The range two decades wider at the end where more than half of the tests hide their answer; `undefined` if it is wide
 * enough.
 */
export function widerRange(ranges: readonly RateRange[], readings: readonly Reading[]): RateRange | undefined {
  const range = ranges.at(-1);
  if (range === undefined || ranges.length > EXTENSIONS_MAX) return undefined;
  const { min, max } = STANDARD_HPARAMS.learningRate;
  const hidden = (edge: Reading['edge']): boolean =>
    readings.filter((reading) => reading.edge === edge).length * 2 > readings.length;
  if (hidden('high') && range.to < max) return { from: range.from, to: Math.min(max, range.to * EXTENSION) };
  if (hidden('low') && range.from > min) return { from: Math.max(min, range.from / EXTENSION), to: range.to };
  return undefined;
}

/** Steps of a test: as dense as the first range's, as far as a trial's record of losses goes. */
export function testSteps({ steps }: LrRangeTestOptions, initial: RateRange, range: RateRange): number {
  const decades = ({ from, to }: RateRange): number => Math.log10(to / from);
  return Math.min(STEP_LOSSES_MAX, Math.round((steps * decades(range)) / decades(initial)));
}
