import { logMedian } from '../../analysis/statistics';
import { lowestIndex, readablePart, smoothedCurve } from '../../analysis/range-test-curve';
import type { Curve } from '../../analysis/range-test-curve';
import { SUGGESTION_RULES } from '../../analysis/rules';
import type { SuggestionRuleName } from '../../analysis/rules';
import type { Trial } from '../../words/trial';
import { OPTIMIZER_FAMILIES } from '../optimizer-family';
import type { StageContext } from '../stage';
import { measurementOf } from '../../trials/outcome';
import { power } from '../../search/power';
import { STEPS_DEFAULT } from './range';
import type { LrRangeTestOptions } from './options';

export const RULE_NAMES = Object.keys(SUGGESTION_RULES) as readonly SuggestionRuleName[];

/**
 * The rules behind an answer. `valley` reads low; `steep` reads high with sgd and its kin, `minimum` with adam: the
 * middle one is near.
 *
 * Measured against grids of constant rates (`bench/lr-range-test`): the geometric mean of valley and minimum alone was
 * low by 1.8 times.
 */
const ANSWERING: readonly SuggestionRuleName[] = ['valley', 'minimum', 'steep'];

/** What one range test says. */
export interface Reading {
  readonly trial: Trial;
  readonly curve: Curve;
  readonly rates: Readonly<Record<SuggestionRuleName, number | null>>;
  /** The middle one of `ANSWERING`; of two that answer their geometric mean. */
  readonly answer: number | null;
  /** The rate with the lowest loss: beyond it the test itself did worse. */
  readonly lowest: number | null;
  /** The end of the range that hides the answer. */
  readonly edge: 'low' | 'high' | null;
}

/** An answer this close to an end of the curve is an artefact of where the test began or ended. */
const EDGE_POINTS = 5;

/** A loss that never falls by this share has been learnt nothing from: the rules would read its noise. */
const FALL_MIN = 0.02;

const NO_RATES: Reading['rates'] = { minimum: null, steep: null, valley: null, slide: null };

/** Reads a range test that has ended. */
export function readTest(
  {
    options: { smoothing, steps },
    facts: {
      training: { optimizer },
    },
  }: StageContext<LrRangeTestOptions>,
  trial: Trial,
): Reading {
  const curve = smoothedCurve(measurementOf(trial.result?.outcome)?.stepLosses ?? [], weightFor(smoothing, steps));
  const part = readablePart(curve);
  if (part === null || isFlat(part))
    return { trial, curve, rates: NO_RATES, answer: null, lowest: null, edge: brokeDown(trial) ? 'low' : null };
  const asPublished = Object.fromEntries(
    RULE_NAMES.map((name) => [name, SUGGESTION_RULES[name](part)]),
  ) as Reading['rates'];
  const lowest = part[lowestIndex(part)]!.learningRate;
  const minimum = asPublished.minimum === null ? null : lowest / OPTIMIZER_FAMILIES[optimizer.name].belowLowest;
  const rates = { ...asPublished, minimum };
  const answers = ANSWERING.map((name) => rates[name]).filter((rate) => rate !== null);
  const answer = answers.length === 0 ? null : logMedian(answers);
  return { trial, curve, rates, answer, lowest, edge: edgeOf(trial, part, answer) };
}

/**
 * The weight of the past that lags as far behind in the logarithm of the rate, whatever the number of steps: the rules
 * are made for what the default of steps shows.
 */
const weightFor = (smoothing: number, steps: number): number => power(smoothing, STEPS_DEFAULT / steps);

function isFlat(part: Curve): boolean {
  return part[lowestIndex(part)]!.loss > (1 - FALL_MIN) * part[0]!.loss;
}

function brokeDown({ result }: Trial): boolean {
  return result?.outcome.status === 'diverged' || result?.outcome.status === 'dead';
}

function edgeOf(trial: Trial, part: Curve, answer: number | null): Reading['edge'] {
  const lowest = lowestIndex(part);
  if (brokeDown(trial) && lowest < EDGE_POINTS) return 'low';
  if (answer !== null && answer <= part[EDGE_POINTS]!.learningRate) return 'low';
  return !brokeDown(trial) && lowest >= part.length - EDGE_POINTS ? 'high' : null;
}
