import { logMedian } from '../../analysis/statistics';
import { deriveSeed } from '../../search/random';
import type { HParams, Trial, TrialSpec } from '../../trial';
import { formatNumber, threeDigits } from '../format';
import { constantRate } from '../schedules';
import type { StageContext } from '../stage';
import { finalValLoss, nextTrial } from '../trials';
import type { LrRangeTestOptions } from './options';
import type { RateRange } from './range';

/** Constant rates that are compared where range tests disagree: half a decade apart they cover three decades. */
export const GRID_RATES = 7;
const GRID_STEP = Math.sqrt(10);

/** The rates to compare: around what the tests say, or over the whole range if they say nothing. */
export function gridRates(answers: readonly number[], { from, to }: RateRange): readonly number[] {
  const middle = (GRID_RATES - 1) / 2;
  const rate = (i: number): number =>
    answers.length === 0 ? from * (to / from) ** (i / (GRID_RATES - 1)) : logMedian(answers) * GRID_STEP ** (i - middle);
  return Array.from({ length: GRID_RATES }, (_, i) => threeDigits(rate(i)));
}

/** Trials at constant rates. */
export function gridTrials(trials: readonly Trial[]): readonly Trial[] {
  return trials.filter(({ spec }) => spec.schedule.name !== 'ramp');
}

/** A short training at a constant rate, as long as a test, judged by its validation loss. */
export function gridTrial(context: StageContext<LrRangeTestOptions>, learningRate: number): TrialSpec {
  const { incumbent, seed, facts, options: { steps } } = context;
  const hparams: HParams = { ...incumbent, learningRate };
  return nextTrial(context, {
    label: `constant rate ${formatNumber(learningRate)}`, hparams, seed: deriveSeed(seed, 'grid'), schedule: constantRate(facts.training, steps),
    limit: { steps }, stop: { dead: true }, evaluate: { validation: 'end', test: false },
  });
}

export interface GridPoint {
  readonly learningRate: number;
  readonly valLoss: number;
  readonly trialId: string;
}

/** What the constant rates reached, ascending in rate; failed ones are left out. */
export function gridPoints(trials: readonly Trial[]): readonly GridPoint[] {
  return gridTrials(trials)
    .flatMap((trial): readonly GridPoint[] => {
      const valLoss = finalValLoss(trial);
      return valLoss === null ? [] : [{ learningRate: Number(trial.spec.hparams['learningRate']), valLoss, trialId: trial.spec.trialId }];
    })
    .sort((a, b) => a.learningRate - b.learningRate);
}
