/**
 * What the rates of a re-test reached, and which of them may be chosen.
 *
 * @module
 */
import { ranked } from '../../analysis/ranking';
import { gainOf, meanScore } from '../../analysis/scale';
import { scoreOf } from '../../analysis/score';
import { pooledSpread } from '../../analysis/superiority';
import { numericHParam } from '../../trials/hparams';
import type { Objective } from '../../words/study';
import type { Trial } from '../../words/trial';
import { threeDigits } from '../format';
import { isRunning } from '../trials';

export interface Level {
  readonly learningRate: number;
  /** One per seed; none if any seed failed. */
  readonly scores: readonly number[];
  /** Their mean on the objective's scale; `null` if any seed failed. */
  readonly score: number | null;
  readonly failed: number;
}

/** A level of which no seed failed. */
export type UsableLevel = Level & { readonly score: number };

export const rateOf = ({ spec }: Trial): number => numericHParam(spec.hparams, 'learningRate');

/** What each rate reached, ascending in rate. */
export function levelsOf(trials: readonly Trial[], objective: Objective): readonly Level[] {
  const rates = [...new Set(trials.map(rateOf))].sort((a, b) => a - b);
  return rates.map((learningRate) => {
    const own = trials.filter((trial) => rateOf(trial) === learningRate && !isRunning(trial));
    const scores = own.map((trial) => scoreOf(trial, objective)).filter((score) => score !== null);
    const failed = own.length - scores.length;
    // One seed of a rate that fails is reason enough not to train at it for hours.
    return failed > 0 || scores.length === 0
      ? { learningRate, scores: [], score: null, failed }
      : { learningRate, scores, score: meanScore(scores, objective), failed };
  });
}

/** Levels of which no seed failed. */
export const usableLevels = (levels: readonly Level[]): readonly UsableLevel[] =>
  levels.filter((level): level is UsableLevel => level.score !== null);

/**
 * Levels that may be chosen: no rate above the study's own whose next neighbour failed.
 *
 * Near the edge of stability scores are best and some seeds fail: of two seeds that end well at such a rate, nothing
 * follows for a third.
 */
export function eligibleLevels(levels: readonly Level[], current: number): readonly UsableLevel[] {
  const usable = usableLevels(levels);
  const stable = usable.filter(
    ({ learningRate }) =>
      learningRate <= current || (levels.find((level) => level.learningRate > learningRate)?.failed ?? 0) === 0,
  );
  return stable.length > 0 ? stable : usable;
}

/** One more rate where the best score is at an end of those tried; of a rate that failed there is no beyond. */
export function rateBeyondEdge(levels: readonly Level[], objective: Objective): number | undefined {
  const usable = usableLevels(levels);
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || levels.length < 2) return undefined;
  if (usable.length === 0) return threeDigits(first.learningRate * ratio(first, levels[1]!));
  const best = bestLevel(usable, objective);
  if (best === first) return threeDigits(first.learningRate * ratio(first, levels[1]!));
  return best === last ? threeDigits(last.learningRate * ratio(last, levels.at(-2)!)) : undefined;
}

const ratio = (a: Level, b: Level): number => a.learningRate / b.learningRate;

/** Of equally good scores the lower rate's. @param levels At least one, ascending in rate. */
export function bestLevel(levels: readonly UsableLevel[], objective: Objective): UsableLevel {
  return ranked(levels, objective)[0]!;
}

/**
 * One standard error of a level's mean on the objective's scale, from the spread within all levels: two seeds of one
 * alone would tell next to nothing; 0 where every level has one seed.
 */
export function standardErrorOf(levels: readonly Level[], { scores: own }: Level, objective: Objective): number {
  const spread = pooledSpread(levels.map(({ scores }) => scores.map((score) => gainOf(score, objective))));
  return spread === null ? 0 : spread.deviation / Math.sqrt(own.length);
}

/** The level nearest to a rate by their ratio; of two equally near the lower rate, which is safer. */
export function nearest(levels: readonly UsableLevel[], rate: number): UsableLevel {
  const distance = ({ learningRate }: Level): number => Math.abs(Math.log(learningRate / rate));
  return levels.reduce((a, b) => (distance(b) < distance(a) - 1e-9 ? b : a));
}
