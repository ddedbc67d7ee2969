/**
 * Further rates beyond an end at which the best one lies, until a rate on either side of it did worse or failed.
 *
 * @module
 */
import { STANDARD_HPARAMS } from '../../words/hparams';
import { threeDigits } from '../format';
import { bestOf, usableLevels } from './levels';
import type { Level } from './levels';

/** Further rates in all: levels that were tried stay as they are, so that a search goes one way. */
export const FURTHER_RATES_MAX = 8;

/** The end of the rates tried that has no worse one beyond; `undefined` where the best rate is bracketed. */
export function openEnd(levels: readonly Level[]): 'low' | 'high' | undefined {
  const usable = usableLevels(levels);
  // Below rates that all fail there may be one that does not; of a rate that failed there is no beyond.
  const best = usable.length === 0 ? levels[0] : bestOf(usable);
  if (best === levels[0]) return 'low';
  return best === levels.at(-1) ? 'high' : undefined;
}

/** The next rate beyond an open end, as far from it as its neighbour; `undefined` if there is none to try. */
export function furtherRate(levels: readonly Level[]): number | undefined {
  const end = openEnd(levels);
  if (end === undefined || levels.length < 2) return undefined;
  const [last, neighbour] = end === 'low' ? [levels[0]!, levels[1]!] : [levels.at(-1)!, levels.at(-2)!];
  const rate = threeDigits((last.learningRate * last.learningRate) / neighbour.learningRate);
  const { min, max } = STANDARD_HPARAMS.learningRate;
  return rate < min || rate > max ? undefined : rate;
}
