/**
 * What a validation set itself leaves uncertain of a score: other examples of the same kind would give another one,
 * however many seeds are trained.
 *
 * @module
 */
import { normalQuantile } from '../search/normal';
import type { Objective } from '../words/study';
import { scaleOf } from './scale';

/** A set on which fewer examples are wrong tells scores apart by single examples. */
const WRONG_MIN = 10;

/** Error rate and power of a difference that is called detectable, as in `./superiority`. */
const SIGNIFICANCE = 0.05;
const POWER = 0.8;

type Score = { readonly score: number; readonly examples: number; readonly objective: Objective };

/**
 * Most examples that are still wrong at a score: of a mean cross-entropy, each wrong one has at least ln 2 nats of its
 * sum.
 */
export function wrongAtMost({ score, examples, objective }: Score): number {
  const wrong = scaleOf(objective) === 'log' ? (score * examples) / Math.LN2 : (1 - score) * examples;
  return Math.min(examples, Math.max(0, wrong));
}

/** Whether too few examples are wrong for the set to tell scores apart. */
export const isSaturated = (score: Score): boolean => wrongAtMost(score) < Math.min(WRONG_MIN, score.examples / 2);

/**
 * Standard error of a score by its examples, on the objective's scale.
 *
 * Of an accuracy that of a binomial share, with two successes and two failures more, so that it is not 0 at 100 %. Of a
 * loss an approximation: as if the wrong examples made it up in equal parts, 1 / √wrong of it.
 *
 * Source: A. Agresti, B. Coull, "Approximate Is Better than 'Exact'", The American Statistician 52 (1998).
 */
export function samplingError(score: Score): number {
  const wrong = wrongAtMost(score);
  if (scaleOf(score.objective) === 'log') return 1 / Math.sqrt(Math.max(1, wrong));
  const share = (wrong + 2) / (score.examples + 4);
  return Math.sqrt((share * (1 - share)) / (score.examples + 4));
}

/**
 * Smallest true difference between two trained models that these examples would show in four of five sets, on the
 * objective's scale; at most, for both are asked the same examples.
 */
export function detectableByExamples(score: Score, contenders = 1): number {
  const quantiles = normalQuantile(1 - SIGNIFICANCE / Math.max(1, contenders)) + normalQuantile(POWER);
  return quantiles * Math.SQRT2 * samplingError(score);
}
