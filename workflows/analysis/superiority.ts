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
 * The spread of differences between two columns of a table, of which each row holds every column once: the seeds of
 * trainings, say, each with every rate. What a row adds to all its columns cancels in a difference and is taken off.
 *
 * Better than `pooledSpread` of the differences to one column where all columns are at hand, for these share its noise.
 *
 * @returns `null` for fewer than 2 rows or columns.
 */
export function differenceSpread(rows: readonly (readonly number[])[]): PooledSpread | null {
  const columns = rows[0]?.length ?? 0;
  if (rows.length < 2 || columns < 2) return null;
  const grand = mean(rows.flat());
  const columnMeans = Array.from({ length: columns }, (_, i) => mean(rows.map((row) => row[i]!)));
  let squares = 0;
  for (const row of rows) {
    const own = mean(row);
    squares += row.reduce((sum, value, i) => sum + (value - own - columnMeans[i]! + grand) ** 2, 0);
  }
  const freedom = (rows.length - 1) * (columns - 1);
  return { deviation: Math.sqrt((2 * squares) / freedom), freedom };
}

/** One contender beside the reference. */
export interface Superiority {
  /** Mean gain over the reference; positive is better. */
  readonly difference: number;
  readonly pairs: number;
  /** Standard error of the difference. */
  readonly error: number;
  readonly freedom: number;
  /** How many contenders there were to pick from. */
  readonly contenders: number;
  /** One less the corrected one-sided error rate of calling it better, in [0, 1]. */
  readonly probability: number;
}

/**
 * Each contender beside the reference; `null` for one without a pair, and for all where the spread is unknown.
 * @param gains Gains over the reference, a list per contender, on a scale where more is better.
 * @param contenders Those that there were to pick from, if more than are listed.
 * @param spread Of single gains, where more is known of it than these say.
 */
export function superiorities(
  gains: readonly (readonly number[])[],
  contenders: number = gains.length,
  spread: PooledSpread | null = pooledSpread(gains),
): readonly (Superiority | null)[] {
  return gains.map((own) => {
    if (spread === null || own.length === 0) return null;
    const difference = mean(own);
    const error = spread.deviation / Math.sqrt(own.length);
    const errorRate = error === 0 ? Number(difference <= 0) : studentProbability(-difference / error, spread.freedom);
    const probability = 1 - Math.min(1, contenders * errorRate);
    return { difference, pairs: own.length, error, freedom: spread.freedom, contenders, probability };
  });
}

type Precision = Pick<Superiority, 'error' | 'freedom' | 'contenders'>;

/** Difference that a contender's true gain exceeds with an error rate of at most 5 %, corrected for all contenders. */
export function upperBound(superiority: Precision & Pick<Superiority, 'difference'>): number {
  return superiority.difference + criticalValue(superiority) * superiority.error;
}

/** Smallest true gain that these pairs would show to be one in four of five studies. */
export function detectableDifference(precision: Precision): number {
  return (criticalValue(precision) + studentQuantile(POWER, precision.freedom)) * precision.error;
}

const criticalValue = ({ freedom, contenders }: Precision): number =>
  studentQuantile(1 - SIGNIFICANCE / Math.max(1, contenders), freedom);
