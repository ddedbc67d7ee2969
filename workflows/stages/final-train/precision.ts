/**
 * How precisely final trainings tell how good the model is: what seeds leave open, and what so many examples can show.
 *
 * @module
 */
import { gainOf, meanScore, scaleOf } from '../../analysis/scale';
import { mean, standardDeviation } from '../../analysis/statistics';
import { studentQuantile } from '../../analysis/student-t';
import { detectableDifference, meanErrorShare } from '../../analysis/superiority';
import { measurementOf } from '../../trials/outcome';
import type { Trial } from '../../words/trial';
import { count, formatNumber } from '../format';
import { replicatesText } from '../replicates';
import type { StudyFacts } from '../stage';
import { scoreOf } from '../../analysis/score';

/** Half widths of the 95 % interval of the mean score that still say something, and that say it well. */
const WIDE = { log: Math.log(3), linear: 0.1 } as const;
const NARROW = { log: Math.log(1.25), linear: 0.01 } as const;

/** Quantiles of the normal distribution: two-sided 5 % and 1 %, and 5 % one-sided with a power of 80 %. */
const NORMAL_95 = 1.96;
const NORMAL_99 = 2.576;
const NORMAL_DETECTABLE = 1.645 + 0.842;

/** A validation loss that sums to fewer nats over all examples is that of one or two of them. */
const SATURATED_NATS = 5;

interface Share {
  readonly accuracy: number;
  readonly examples: number;
}

/** What the trainings that ended well show together. */
export interface Precision {
  /** Half width of the 95 % interval of the mean score, on the objective's scale; `null` of one training. */
  readonly halfWidth: number | null;
  /** Smallest difference of two such means that so many seeds would show; `null` of one training. */
  readonly bySeeds: number | null;
  /**
   * Smallest difference of accuracies that the validation examples would show; `null` where none was measured, and where
   * each training has others.
   */
  readonly byExamples: number | null;
  /** The mean accuracies, where they differ by more than 99 % of chance explains. */
  readonly testGap: { readonly validation: number; readonly test: number; readonly chance: number } | null;
}

/** @param overlap As `superiorities` takes it: above 0 where every training has another split. */
export function precisionOf(facts: StudyFacts, finished: readonly Trial[], overlap: number): Precision {
  const { objective } = facts;
  const gains = finished.flatMap((trial) => {
    const score = scoreOf(trial, objective);
    return score === null ? [] : [gainOf(score, objective)];
  });
  const validation = shareOf(finished, facts.validationExamples, ({ best }) => best?.values.valAccuracy);
  const freedom = gains.length - 1;
  const seedError = freedom < 1 ? null : standardDeviation(gains) * meanErrorShare(gains.length, overlap);
  // Where splits differ, their spread has the examples' part in it.
  const examplesError =
    overlap === 0 && scaleOf(objective) === 'linear' && validation !== null ? NORMAL_95 * binomialError(validation) : 0;
  return {
    halfWidth: seedError === null ? null : Math.hypot(studentQuantile(0.975, freedom) * seedError, examplesError),
    bySeeds:
      seedError === null
        ? null
        : detectableDifference({ error: Math.SQRT2 * seedError, freedom: 2 * freedom, contenders: 1 }),
    byExamples: overlap > 0 || validation === null ? null : NORMAL_DETECTABLE * Math.SQRT2 * binomialError(validation),
    testGap: gapOf(finished, validation),
  };
}

type Measured = NonNullable<ReturnType<typeof measurementOf>>;

function shareOf(
  trials: readonly Trial[],
  examples: number,
  of: (measurement: Measured) => number | null | undefined,
): Share | null {
  const accuracies = trials.flatMap(({ result }) => {
    const measurement = measurementOf(result?.outcome);
    return (measurement && of(measurement)) ?? [];
  });
  return accuracies.length === 0 || examples === 0 ? null : { accuracy: mean(accuracies), examples };
}

/** Standard error of an accuracy on so many examples; with one more right and one more wrong, for 100 % is not certain. */
function binomialError({ accuracy, examples }: Share): number {
  const share = (accuracy * examples + 1) / (examples + 2);
  return Math.sqrt((share * (1 - share)) / examples);
}

/** All seeds look at the same examples, so more of them make the examples' own error no smaller. */
function gapOf(finished: readonly Trial[], validation: Share | null): Precision['testGap'] {
  const tests = finished.flatMap(({ result }) => measurementOf(result?.outcome)?.test ?? []);
  const accuracies = tests.flatMap(({ values }) => values.accuracy ?? []);
  const test = accuracies.length === 0 ? null : { accuracy: mean(accuracies), examples: tests[0]!.examples };
  if (test === null || validation === null) return null;
  const seeds = accuracies.length < 2 ? 0 : standardDeviation(accuracies) / Math.sqrt(accuracies.length);
  const chance = NORMAL_99 * Math.hypot(binomialError(validation), binomialError(test), Math.SQRT2 * seeds);
  return Math.abs(test.accuracy - validation.accuracy) > chance
    ? { validation: validation.accuracy, test: test.accuracy, chance }
    : null;
}

/** How far so many test examples may be off all that there are, in words; only of an accuracy, a share of them. */
export function testExamplesText(finished: readonly Trial[], metric: string): string {
  const [test] = finished.flatMap(({ result }) => measurementOf(result?.outcome)?.test ?? []);
  const accuracy = test?.values.accuracy;
  if (metric !== 'accuracy' || test === undefined || typeof accuracy !== 'number') return '';
  const halfWidth = NORMAL_95 * binomialError({ accuracy, examples: test.examples });
  return `, and ± ${halfWidth.toFixed(4)} (95 %) for there are ${count(test.examples, 'test example')}`;
}

/** What keeps the score from being known well. */
export function precisionGrounds(
  { objective }: StudyFacts,
  { halfWidth, testGap }: Precision,
): { readonly guess: Readonly<Record<string, boolean>>; readonly doubt: Readonly<Record<string, boolean>> } {
  const scale = scaleOf(objective);
  const text = (width: number): string => `the mean score is known to no better than ${differenceText(width, scale)}`;
  const isWithin = (width: number): boolean => halfWidth === null || halfWidth <= width;
  return {
    guess: { [text(WIDE[scale])]: !isWithin(WIDE[scale]) },
    doubt: {
      [text(NARROW[scale])]: isWithin(WIDE[scale]) && !isWithin(NARROW[scale]),
      'test and validation differ by more than chance explains': testGap !== null,
    },
  };
}

const differenceText = (difference: number, scale: 'log' | 'linear'): string =>
  scale === 'log' ? `a factor of ${formatNumber(Math.exp(difference))}` : formatNumber(difference);

/** What to expect of another training, and the smallest differences that these can show, as clauses. */
export function precisionText(facts: StudyFacts, finished: readonly Trial[], overlap: number): string {
  const { objective, validationExamples } = facts;
  const { bySeeds, byExamples } = precisionOf(facts, finished, overlap);
  const scores = finished.flatMap((trial) => scoreOf(trial, objective) ?? []);
  const expected =
    scores.length > 1
      ? `; the best of ${scores.length} flatters itself: the mean ${objective.metric}, ${formatNumber(meanScore(scores, objective))}, is what another has to expect`
      : '';
  const shown = [
    ...(bySeeds === null
      ? []
      : [
          `${replicatesText(scores.length, 'seed', { splits: overlap > 0, folds: 1 })} can show ${differenceText(bySeeds, scaleOf(objective))} of ${objective.metric}`,
        ]),
    ...(byExamples === null
      ? []
      : [`${validationExamples} validation examples ${formatNumber(byExamples)} of accuracy`]),
  ];
  return shown.length === 0 ? expected : `${expected}; ${shown.join(', and ')}`;
}

export function precisionWarnings(facts: StudyFacts, best: Trial, { testGap }: Precision): readonly string[] {
  const warnings: string[] = [];
  const loss = measurementOf(best.result?.outcome)?.best?.values.valLoss ?? Infinity;
  const { validationExamples } = facts;
  if (loss * validationExamples < SATURATED_NATS)
    warnings.push(
      `the validation set is saturated: a loss of ${formatNumber(loss)} on ${count(validationExamples, 'example')} is ${formatNumber(loss * validationExamples)} nats in all, so one or two examples decide which training is better; hold out more (dataset.validationFraction)`,
    );
  if (testGap !== null)
    warnings.push(
      `test accuracy ${formatNumber(testGap.test)} is ${testGap.test < testGap.validation ? 'below' : 'above'} validation accuracy ${formatNumber(testGap.validation)} by more than the ${formatNumber(testGap.chance)} that chance explains (99 %): the two parts differ, or so much was chosen by validation that it flatters`,
    );
  return warnings;
}
