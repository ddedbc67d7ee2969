/**
 * Whether contenders are better than a reference, by Student's t on paired differences, with the spread pooled over all
 * contenders and Bonferroni's correction for having picked among them.
 *
 * Three pairs of one contender alone tell next to nothing of their spread; of four contenders together they do. Only
 * pairs that did not select a contender may be among its differences.
 *
 * Sources: Student, "The Probable Error of a Mean", Biometrika 6 (1908); O. Dunn, "Multiple Comparisons Among Means",
 * JASA 56 (1961).
 *
 * Pairs that differ by their split as well are not independent: their training sets overlap, so that all of them may be
 * off in the same way, and a variance taken from them is too small, of cross-validation without remedy (Y. Bengio, Y.
 * Grandvalet, "No Unbiased Estimator of the Variance of K-Fold Cross-Validation", JMLR 5, 2004). Corrected is by the
 * factor 1/pairs + validation/training examples in place of 1/pairs (C. Nadeau, Y. Bengio, "Inference for the
 * Generalization Error", Machine Learning 52, 2003), which takes the correlation of pairs for the validation share.
 *
 * @module
 */
import { mean } from './statistics';
import { studentProbability, studentQuantile } from './student-t';

/** Error rate that a statement of superiority, or of its absence, may have. */
const SIGNIFICANCE = 0.05;
/** With which probability a difference is found that is called detectable. */
const POWER = 0.8;

/** Spread of single differences, pooled over groups. */
export interface PooledSpread {
  /** Standard deviation within the groups. */
  readonly deviation: number;
  /** Degrees of freedom, at least 1. */
  readonly freedom: number;
}

/** The spread within groups of equal variance; `null` where no group has two values. */
export function pooledSpread(groups: readonly (readonly number[])[]): PooledSpread | null {
  let squares = 0;
  let freedom = 0;
  for (const group of groups.filter(({ length }) => length > 1)) {
    const middle = mean(group);
    squares += group.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    freedom += group.length - 1;
  }
  return freedom === 0 ? null : { deviation: Math.sqrt(squares / freedom), freedom };
}

/**
 * The spread of paired differences between any two groups of a table: what is left of its values once the means of
 * group and pair are taken off. Exact also where several groups are compared with one, whose differences are not
 * independent.
 * @param tables One list of values a group, of the same pairs in the same order; pooled over tables. A group alone counts
 *   as unpaired. `null` where none has two pairs.
 */
export function pairedSpread(tables: readonly (readonly (readonly number[])[])[]): PooledSpread | null {
  let squares = 0;
  let freedom = 0;
  for (const groups of tables) {
    const pairs = groups[0]?.length ?? 0;
    if (pairs < 2) continue;
    // Of a group alone nothing tells what its pairs have in common.
    const isAlone = groups.length === 1;
    const pairMeans = Array.from({ length: pairs }, (_, pair) =>
      isAlone ? 0 : mean(groups.map((values) => values[pair]!)),
    );
    const whole = mean(pairMeans);
    for (const values of groups) {
      const own = mean(values);
      squares += values.reduce((sum, value, pair) => sum + (value - own - pairMeans[pair]! + whole) ** 2, 0);
    }
    freedom += Math.max(1, groups.length - 1) * (pairs - 1);
  }
  // A difference of two values varies by twice the variance of one.
  return freedom === 0 ? null : { deviation: Math.sqrt((2 * squares) / freedom), freedom };
}

/** One contender beside the reference. */
export interface Superiority {
  /** Mean gain over the reference; positive is better. */
  readonly difference: number;
  readonly pairs: number;
  /** Validation examples for one that trains, where pairs differ by their split; else 0. */
  readonly overlap: number;
  /** Standard error of the difference. */
  readonly error: number;
  readonly freedom: number;
  /** How many contenders there were to pick from. */
  readonly contenders: number;
  /** One less the corrected one-sided error rate of calling it better, in [0, 1]. */
  readonly probability: number;
}

/** Standard error of a mean of pairs, as a share of the spread of one. @param overlap As in `Superiority`. */
export const meanErrorShare = (pairs: number, overlap: number): number => Math.sqrt(1 / pairs + overlap);

/**
 * Each contender beside the reference; `null` for one without a pair, and for all where the spread is unknown.
 * @param gains Gains over the reference, a list per contender, on a scale where more is better.
 * @param contenders Those that there were to pick from, if more than are listed.
 * @param spread Of a single difference, where more than `gains` tells of it.
 * @param overlap Validation examples for one that trains, where pairs differ by their split; else 0.
 */
export function superiorities(
  gains: readonly (readonly number[])[],
  contenders: number = gains.length,
  spread: PooledSpread | null = pooledSpread(gains),
  overlap = 0,
): readonly (Superiority | null)[] {
  return gains.map((own) => {
    if (spread === null || own.length === 0) return null;
    const difference = mean(own);
    const error = spread.deviation * meanErrorShare(own.length, overlap);
    const errorRate = error === 0 ? Number(difference <= 0) : studentProbability(-difference / error, spread.freedom);
    const probability = 1 - Math.min(1, contenders * errorRate);
    return { difference, pairs: own.length, overlap, error, freedom: spread.freedom, contenders, probability };
  });
}

type Precision = Pick<Superiority, 'error' | 'freedom' | 'contenders'>;

/** Difference that a contender's true gain exceeds with an error rate of at most 5 %, corrected for all contenders. */
export function upperBound(superiority: Precision & Pick<Superiority, 'difference'>): number {
  return superiority.difference + criticalValue(superiority) * superiority.error;
}

/** Difference that a contender's true gain falls short of with an error rate of at most 5 %, corrected likewise. */
export function lowerBound(superiority: Precision & Pick<Superiority, 'difference'>): number {
  return superiority.difference - criticalValue(superiority) * superiority.error;
}

/**
 * One less the error rate of saying that no contender is better by `margin` or more, in [0, 1]. Each contender has to
 * refute it, so that there is nothing to correct for their number.
 *
 * Source: R. Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling", Technometrics 24 (1982).
 *
 * @param share Of the error rate, where several looks share it; in (0, 1].
 */
export function noneBetterBy(
  margin: number,
  found: readonly Pick<Superiority, 'difference' | 'error' | 'freedom'>[],
  share = 1,
): number {
  const errorRates = found.map(({ difference, error, freedom }) =>
    error === 0 ? Number(difference >= margin) : studentProbability((difference - margin) / error, freedom),
  );
  return 1 - Math.min(1, Math.max(0, ...errorRates) / share);
}

/** One less the corrected error rate of saying that a contender's true gain is below a margin, in [0, 1]. */
export function probabilityBelow(
  margin: number,
  { difference, error, freedom, contenders }: Precision & Pick<Superiority, 'difference'>,
): number {
  const errorRate =
    error === 0 ? Number(difference >= margin) : studentProbability((difference - margin) / error, freedom);
  return 1 - Math.min(1, Math.max(1, contenders) * errorRate);
}

/** Smallest true gain that these pairs would show to be one in four of five studies. */
export function detectableDifference(precision: Precision): number {
  return (criticalValue(precision) + studentQuantile(POWER, precision.freedom)) * precision.error;
}

/** How many standard errors a difference must have to be called one. */
export const criticalValue = ({ freedom, contenders }: Omit<Precision, 'error'>): number =>
  studentQuantile(1 - SIGNIFICANCE / Math.max(1, contenders), freedom);
