import { ranked } from '../../analysis/ranking';
import { scoreOf } from '../../analysis/score';
import { logMedian } from '../../analysis/statistics';
import { numericHParam } from '../../trials/hparams';
import { STANDARD_HPARAMS } from '../../words/hparams';
import { deriveSeed } from '../../search/random';
import type { Objective } from '../../words/study';
import type { HParams, Trial, TrialSpec } from '../../words/trial';
import { formatNumber, threeDigits } from '../format';
import { constantRate } from '../schedules';
import type { StageContext } from '../stage';
import { isRunning, nextTrial } from '../trials';
import type { LrRangeTestOptions } from './options';
import type { RateRange } from './range';
import { power } from '../../search/power';

/** Constant rates that are compared where range tests disagree: half a decade apart they cover three decades. */
const GRID_RATES = 7;
const GRID_STEP = Math.sqrt(10);
/** Further rates beyond an end at which the lowest loss lies. */
const GRID_EXTENSIONS_MAX = 2;
export const GRID_RATES_MAX = GRID_RATES + GRID_EXTENSIONS_MAX;

/** The rates to compare: around what the tests say, or over the whole range if they say nothing. */
function gridRates(answers: readonly number[], { from, to }: RateRange): readonly number[] {
  const middle = (GRID_RATES - 1) / 2;
  const rate = (i: number): number =>
    answers.length === 0
      ? from * power(to / from, i / (GRID_RATES - 1))
      : logMedian(answers) * power(GRID_STEP, i - middle);
  return Array.from({ length: GRID_RATES }, (_, i) => threeDigits(rate(i)));
}

/** The next constant rate; `undefined` once no more can be said, and while it must wait for those that run. */
export function nextGridRate(
  { trials, facts: { objective } }: Pick<StageContext<unknown>, 'trials' | 'facts'>,
  answers: readonly number[],
  range: RateRange,
): number | undefined {
  const tried = gridTrials(trials);
  const planned = gridRates(answers, range);
  if (tried.length < planned.length) return planned[tried.length];
  if (tried.some(isRunning) || tried.length >= GRID_RATES_MAX) return undefined;
  return rateBeyondEdge(tried, objective, planned[1]! / planned[0]!);
}

/** One more rate where the best is at an end of those tried, or where none ended well: then lower. */
function rateBeyondEdge(tried: readonly Trial[], objective: Objective, step: number): number | undefined {
  const rates = tried.map(gridRate);
  const points = gridPoints(tried, objective);
  const { min, max } = STANDARD_HPARAMS.learningRate;
  const [lowest, highest] = [Math.min(...rates), Math.max(...rates)];
  const best = points.length === 0 ? lowest : bestOf(points, objective).learningRate;
  const beyond = best === lowest ? lowest / step : best === highest ? highest * step : undefined;
  return beyond === undefined || beyond < min || beyond > max ? undefined : threeDigits(beyond);
}

/** Trials at constant rates. */
export function gridTrials(trials: readonly Trial[]): readonly Trial[] {
  return trials.filter(({ spec }) => spec.schedule.name !== 'ramp');
}

/** A short training at a constant rate, as long as a test, judged by its score. */
export function gridTrial(context: StageContext<LrRangeTestOptions>, learningRate: number): TrialSpec {
  const {
    incumbent,
    seed,
    facts,
    options: { steps },
  } = context;
  const hparams: HParams = { ...incumbent, learningRate };
  return nextTrial(context, {
    label: `constant rate ${formatNumber(learningRate)}`,
    hparams,
    seed: deriveSeed(seed, 'grid'),
    schedule: constantRate(facts.training, steps),
    limit: { steps },
    stop: { dead: true },
    evaluate: { validation: 'epoch', test: false },
  });
}

export const gridRate = ({ spec }: Trial): number => numericHParam(spec.hparams, 'learningRate');

/** Of equally good scores the lower rate's. @param points At least one, ascending in rate. */
export function bestOf(points: readonly GridPoint[], objective: Objective): GridPoint {
  return ranked(points, objective)[0]!;
}

export interface GridPoint {
  readonly learningRate: number;
  readonly score: number;
  readonly trialId: string;
}

/** What the constant rates reached, ascending in rate; failed ones are left out. */
export function gridPoints(trials: readonly Trial[], objective: Objective): readonly GridPoint[] {
  return gridTrials(trials)
    .flatMap((trial): readonly GridPoint[] => {
      const score = scoreOf(trial, objective);
      return score === null ? [] : [{ learningRate: gridRate(trial), score, trialId: trial.spec.trialId }];
    })
    .sort((a, b) => a.learningRate - b.learningRate);
}
