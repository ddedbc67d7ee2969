/**
 * The truth that a study's learning rate is held to: every rate trained at full length.
 *
 * @module
 */
import { gainOf } from '../../workflows/analysis/scale';
import { scoreOf } from '../../workflows/analysis/score';
import { mean, standardError } from '../../workflows/analysis/statistics';
import { deriveSeed } from '../../workflows/search/random';
import type { RateRange } from '../../workflows/stages/lr-range-test/range';
import { studyTraining } from '../../workflows/stages/study-training';
import { stageContext } from '../../workflows/driver/stage-context';
import { StudyState } from '../../workflows/driver/state';
import type { TrialSpec } from '../../workflows/words/trial';
import type { Trainings } from '../tuning/trainings';

const RATES_PER_DECADE = 4;

/** A rate whose loss is this share above the best one's is as good as it. */
const GOOD = Math.log(1.05);

/**
 * Rates whose loss is this many times the best one's in one study are not tried in the others: no standard error reaches
 * as far.
 */
const HOPELESS = Math.log(10);

/** Rates a quarter of a decade apart over a range. */
export function gridOf({ from, to }: RateRange): readonly number[] {
  const steps = Math.round(RATES_PER_DECADE * Math.log10(to / from));
  return Array.from({ length: steps + 1 }, (_, i) => from * (to / from) ** (i / steps));
}

/** The rates that a study's gains leave in question. @param gains One per rate. */
export function hopefulRates(rates: readonly number[], gains: readonly number[]): readonly number[] {
  return rates.filter((_, i) => gains[i]! >= Math.max(...gains) - HOPELESS);
}

/**
 * What a whole training at every rate reaches along the study's own schedule, by the score of all stages: the best
 * epoch's, on the scale of the objective, where more is better; -Infinity where it broke down.
 */
export async function gainsAt(rates: readonly number[], trainings: Trainings): Promise<readonly number[]> {
  const { training, seed, objective, stages } = trainings.study;
  const state = StudyState.of('bench', { studyRun: 'bench' }).begun(trainings.study);
  const context = stageContext(state, stages[0]!, []);
  const gains: number[] = [];
  for (const learningRate of rates) {
    const hparams = { ...training.hparams, learningRate };
    const spec: TrialSpec = {
      trialId: `grid/${gains.length}`,
      label: '',
      hparams,
      seed: deriveSeed(seed, 'grid'),
      ...studyTraining(context, hparams, training.epochs),
      stop: { dead: true },
      evaluate: { validation: 'epoch', test: false },
      record: { stepLosses: false },
      process: 'warm',
      exportModel: false,
    };
    const score = scoreOf({ result: await trainings.run(spec) }, objective);
    gains.push(score === null ? -Infinity : gainOf(score, objective));
  }
  return gains;
}

export interface GoodBand extends RateRange {
  readonly best: number;
}

/**
 * The rates around the best one, without a gap, whose mean loss is at most 5 % or one standard error above its own.
 *
 * The error is that of the difference within a study, whose split is easier or harder than the next one's.
 *
 * @param gains By study, one per rate.
 * @throws RangeError where no rate ended well in every study.
 */
export function goodBand(rates: readonly number[], gains: readonly (readonly number[])[]): GoodBand {
  const means = rates.map((_, i) => mean(gains.map((study) => study[i]!)));
  const best = means.indexOf(Math.max(...means));
  if (!Number.isFinite(means[best])) throw new RangeError('no rate ended well in every study');
  const isGood = (i: number): boolean => {
    if (i < 0 || i >= rates.length || !Number.isFinite(means[i])) return false;
    const differences = gains.map((study) => study[best]! - study[i]!);
    return mean(differences) <= Math.max(GOOD, standardError(differences));
  };
  let [low, high] = [best, best];
  while (isGood(low - 1)) low--;
  while (isGood(high + 1)) high++;
  return { best: rates[best]!, from: rates[low]!, to: rates[high]! };
}

/** How far a rate lies from a band, as a factor; 1 within it, Infinity for none. */
export function distanceFrom({ from, to }: RateRange, rate: number | null): number {
  return rate === null ? Infinity : Math.max(1, from / rate, rate / to);
}
