/**
 * Which rate a re-test goes on with, and what its trainings are worth as evidence for it.
 *
 * The rule that chooses is lenient: of the rates within one standard error of the best the middle one, as far as can be
 * from where a response that is flat at its bottom rises on either side; the study's own rate is not favoured, for range
 * tests read low. What is said of the choice is strict: Student's t over pairs of equal seeds, corrected for all rates
 * there were to pick from.
 *
 * @module
 */
import { scaleOf } from '../../analysis/scale';
import {
  detectableDifference,
  pairedSpread,
  pooledSpread,
  superiorities,
  upperBound,
} from '../../analysis/superiority';
import type { PooledSpread, Superiority } from '../../analysis/superiority';
import type { Objective } from '../../words/study';
import { formatNumber } from '../format';
import { bestOf, eligibleLevels, middleOf, standardErrorOf, usableLevels } from './levels';
import type { Level } from './levels';

export interface Verdict {
  readonly chosen: Level;
  readonly best: Level;
  /** One standard error of the best level's mean. */
  readonly error: number;
  /** The study's own rate; `undefined` where it did not end well. */
  readonly own: Level | undefined;
  /** The chosen rate beside the study's own, if it is another and the spread is known. */
  readonly lead: Superiority | null;
  /** Gain that no rate tried has over the chosen one, with an error rate of 5 %; `null` where the spread is unknown. */
  readonly bound: number | null;
  /** Smallest true gain that these trainings would show; `null` where the spread is unknown. */
  readonly detectable: number | null;
}

/** @param levels At least one of them usable. @param overlap As `superiorities` takes it. */
export function verdictOn(levels: readonly Level[], current: number, overlap: number): Verdict {
  const usable = usableLevels(levels);
  const eligible = eligibleLevels(levels, current);
  const best = bestOf(eligible);
  const error = standardErrorOf(usable, best);
  const chosen = middleOf(eligible.filter(({ gain }) => gain >= best.gain - error));
  const own = usable.find(({ learningRate }) => learningRate === current);
  const others = [...besides(usable, chosen, overlap).values()];
  const known = others.filter((one) => one !== null);
  const isKnown = others.length > 0 && known.length === others.length;
  return {
    chosen,
    best,
    error,
    own,
    lead: own === undefined ? null : (besides(usable, own, overlap).get(chosen) ?? null),
    bound: isKnown ? Math.max(0, ...known.map(upperBound)) : null,
    detectable: isKnown ? Math.max(...known.map(detectableDifference)) : null,
  };
}

/** All other levels beside one of them. */
function besides(usable: readonly Level[], reference: Level, overlap: number): ReadonlyMap<Level, Superiority | null> {
  const others = usable.filter((level) => level !== reference);
  const gains = others.map((level) => pairedGains(reference, level));
  const found = superiorities(gains, others.length, spreadOf(usable) ?? pooledSpread(gains), overlap);
  return new Map(others.map((level, i) => [level, found[i] ?? null]));
}

/** Of differences between two levels, by the seeds that all levels have. */
function spreadOf(usable: readonly Level[]): PooledSpread | null {
  const seeds = [...(usable[0]?.gains.keys() ?? [])].filter((seed) => usable.every(({ gains }) => gains.has(seed)));
  return pairedSpread([usable.map(({ gains }) => seeds.map((seed) => gains.get(seed)!))]);
}

function pairedGains(reference: Level, level: Level): readonly number[] {
  return [...level.gains].flatMap(([seed, gain]) => {
    const other = reference.gains.get(seed);
    return other === undefined ? [] : [gain - other];
  });
}

/** A gain as people read it: a share of a loss or a factor on it, a difference of a share. */
export function gainText(gain: number, objective: Objective): string {
  if (scaleOf(objective) === 'linear') return formatNumber(gain);
  const factor = Math.exp(gain);
  return factor < 2 ? `${Number((100 * (factor - 1)).toPrecision(2))} %` : `a factor of ${formatNumber(factor)}`;
}
