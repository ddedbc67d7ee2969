/**
 * What the rates of a re-test reached, and which of them may be chosen.
 *
 * @module
 */
import { geometricMean } from '../../analysis/statistics';
import { numericHParam } from '../../trials/hparams';
import type { Trial } from '../../words/trial';
import { threeDigits } from '../format';
import { finalValLoss, isRunning } from '../trials';

export interface Level {
  readonly learningRate: number;
  /** Final validation losses; none if any seed failed. */
  readonly losses: readonly number[];
  /** Their geometric mean: a loss ten times lower also differs ten times less from seed to seed. */
  readonly loss: number;
  readonly failed: number;
}

/** A loss of exactly 0 has no logarithm. */
const LOSS_MIN = 1e-12;

export const rateOf = ({ spec }: Trial): number => numericHParam(spec.hparams, 'learningRate');

/** What each rate reached, ascending in rate. */
export function levelsOf(trials: readonly Trial[]): readonly Level[] {
  const rates = [...new Set(trials.map(rateOf))].sort((a, b) => a - b);
  return rates.map((learningRate) => {
    const own = trials.filter((trial) => rateOf(trial) === learningRate && !isRunning(trial));
    const losses = own.map(finalValLoss).filter((loss) => loss !== null);
    const failed = own.length - losses.length;
    // One seed of a rate that fails is reason enough not to train at it for hours.
    if (failed > 0 || losses.length === 0) return { learningRate, losses: [], loss: Infinity, failed };
    const usable = losses.map((loss) => Math.max(loss, LOSS_MIN));
    return { learningRate, losses: usable, loss: geometricMean(usable), failed };
  });
}

/**
 * Levels that may be chosen: no rate above the study's own whose next neighbour failed.
 *
 * Near the edge of stability losses are lowest and some seeds fail: of two seeds that end well at such a rate, nothing
 * follows for a third.
 */
export function eligibleLevels(levels: readonly Level[], current: number): readonly Level[] {
  const usable = levels.filter(({ losses }) => losses.length > 0);
  const stable = usable.filter(
    ({ learningRate }) =>
      learningRate <= current || (levels.find((level) => level.learningRate > learningRate)?.failed ?? 0) === 0,
  );
  return stable.length > 0 ? stable : usable;
}

/** One more rate where the lowest loss is at an end of those tried; of a rate that failed there is no beyond. */
export function rateBeyondEdge(levels: readonly Level[]): number | undefined {
  const usable = levels.filter(({ losses }) => losses.length > 0);
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || levels.length < 2) return undefined;
  if (usable.length === 0) return threeDigits(first.learningRate * ratio(first, levels[1]!));
  const best = lowest(usable);
  if (best === first) return threeDigits(first.learningRate * ratio(first, levels[1]!));
  return best === last ? threeDigits(last.learningRate * ratio(last, levels.at(-2)!)) : undefined;
}

const ratio = (a: Level, b: Level): number => a.learningRate / b.learningRate;

/** Of equally low losses the lower rate's. */
export const lowest = (levels: readonly Level[]): Level => levels.reduce((a, b) => (b.loss < a.loss ? b : a));

/**
 * One standard error of a level's mean, as a factor on it, from the spread within all levels: two seeds of one alone
 * would tell next to nothing.
 */
export function standardErrorFactor(levels: readonly Level[], { losses: own }: Level): number {
  let squares = 0;
  let freedom = 0;
  for (const { losses, loss } of levels) {
    squares += losses.reduce((sum, one) => sum + Math.log(one / loss) ** 2, 0);
    freedom += losses.length - 1;
  }
  return freedom === 0 ? 1 : Math.exp(Math.sqrt(squares / freedom / own.length));
}

/** The level nearest to a rate by their ratio; of two equally near the lower rate, which is safer. */
export function nearest(levels: readonly Level[], rate: number): Level {
  const distance = ({ learningRate }: Level): number => Math.abs(Math.log(learningRate / rate));
  return levels.reduce((a, b) => (distance(b) < distance(a) - 1e-9 ? b : a));
}
