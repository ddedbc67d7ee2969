/**
 * What the rates of a re-test reached, and which of them may be chosen.
 *
 * @module
 */
import { gainOf, scoreWithGain } from '../../analysis/scale';
import { pooledSpread } from '../../analysis/superiority';
import { mean } from '../../analysis/statistics';
import { numericHParam } from '../../trials/hparams';
import type { Objective } from '../../words/study';
import type { Trial } from '../../words/trial';
import { scoreOf } from '../../analysis/score';
import { isRunning } from '../trials';

export interface Level {
  readonly learningRate: number;
  /** Best-epoch scores on the scale of the objective, more is better, by the seed of their training; none if any failed. */
  readonly gains: ReadonlyMap<number, number>;
  /** Their mean; -Infinity if any failed. */
  readonly gain: number;
  readonly failed: number;
}

export const rateOf = ({ spec }: Trial): number => numericHParam(spec.hparams, 'learningRate');

/** What each rate reached, ascending in rate. */
export function levelsOf(trials: readonly Trial[], objective: Objective): readonly Level[] {
  const rates = [...new Set(trials.map(rateOf))].sort((a, b) => a - b);
  return rates.map((learningRate) => {
    const own = trials.filter((trial) => rateOf(trial) === learningRate && !isRunning(trial));
    const gains = new Map<number, number>();
    for (const trial of own) {
      const score = scoreOf(trial, objective);
      if (score !== null) gains.set(trial.spec.seed, gainOf(score, objective));
    }
    const failed = own.length - gains.size;
    // One seed of a rate that fails is reason enough not to train at it for hours.
    if (failed > 0 || gains.size === 0)
      return { learningRate, gains: new Map<number, number>(), gain: -Infinity, failed };
    return { learningRate, gains, gain: mean([...gains.values()]), failed };
  });
}

/** Levels with a score. */
export const usableLevels = (levels: readonly Level[]): readonly Level[] =>
  levels.filter(({ gains }) => gains.size > 0);

/** The mean score of a level. */
export const scoreAt = ({ gain }: Level, objective: Objective): number => scoreWithGain(gain, objective);

/**
 * Levels that may be chosen: no rate above the study's own whose next neighbour failed.
 *
 * Near the edge of stability scores are best and some seeds fail: of two seeds that end well at such a rate, nothing
 * follows for a third.
 */
export function eligibleLevels(levels: readonly Level[], current: number): readonly Level[] {
  const usable = usableLevels(levels);
  const stable = usable.filter(
    ({ learningRate }) =>
      learningRate <= current || (levels.find((level) => level.learningRate > learningRate)?.failed ?? 0) === 0,
  );
  return stable.length > 0 ? stable : usable;
}

/** Of equally good levels the lower rate's. */
export const bestOf = (levels: readonly Level[]): Level => levels.reduce((a, b) => (b.gain > a.gain ? b : a));

/**
 * One standard error of a level's mean, from the spread within all levels: two seeds of one alone would tell next to
 * nothing. 0 where no level has two seeds.
 */
export function standardErrorOf(levels: readonly Level[], { gains }: Level): number {
  const spread = pooledSpread(levels.map((level) => [...level.gains.values()]));
  return spread === null ? 0 : spread.deviation / Math.sqrt(gains.size);
}

/** The level in the middle of some that ascend in rate; of two the better one. @param levels At least one. */
export function middleOf(levels: readonly Level[]): Level {
  return bestOf(levels.slice((levels.length - 1) >> 1, (levels.length >> 1) + 1));
}
