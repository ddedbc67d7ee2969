/**
 * The truth that a range test is held to: every constant rate tried at full length.
 *
 * @module
 */
import { scoreOf } from '../../workflows/analysis/score';
import { mean, standardError } from '../../workflows/analysis/statistics';
import { deriveSeed } from '../../workflows/search/random';
import type { RateRange } from '../../workflows/stages/lr-range-test/range';
import type { TrialSpec } from '../../workflows/words/trial';
import type { Trainings } from '../tuning/trainings';

const RATES_PER_DECADE = 4;

/** A rate whose loss is this share above the best one's is as good as it. */
const GOOD = 0.05;

/**
 * Rates this many times worse than the best in one study are not tried in the others: no standard error reaches as far.
 */
const HOPELESS = 3;

/** Rates a quarter of a decade apart over a range. */
export function gridOf({ from, to }: RateRange): readonly number[] {
  const steps = Math.round(RATES_PER_DECADE * Math.log10(to / from));
  return Array.from({ length: steps + 1 }, (_, i) => from * (to / from) ** (i / steps));
}

/** The rates that a study's losses leave in question. @param losses One per rate. */
export function hopefulRates(rates: readonly number[], losses: readonly number[]): readonly number[] {
  return rates.filter((_, i) => losses[i]! <= HOPELESS * Math.min(...losses));
}

/** Validation loss of a whole training at every rate, by the score that stages go by; Infinity where it broke down. */
export async function lossesAt(rates: readonly number[], trainings: Trainings): Promise<readonly number[]> {
  const { training, seed } = trainings.study;
  const losses: number[] = [];
  for (const learningRate of rates) {
    const spec: TrialSpec = {
      trialId: `grid/${losses.length}`,
      label: '',
      hparams: { ...training.hparams, learningRate },
      seed: deriveSeed(seed, 'grid'),
      schedule: { name: 'constant' },
      limit: { epochs: training.epochs },
      stop: { dead: true },
      evaluate: { validation: 'epoch', test: false },
      record: { stepLosses: false },
      process: 'warm',
      exportModel: false,
    };
    losses.push(scoreOf({ result: await trainings.run(spec) }, { metric: 'valLoss' }) ?? Infinity);
  }
  return losses;
}

export interface GoodBand extends RateRange {
  readonly best: number;
}

/**
 * The rates around the best one, without a gap, whose mean loss is at most 5 % or one standard error above its own.
 *
 * The error is that of the difference within a study, whose split is easier or harder than the next one's.
 *
 * @param losses By study, one per rate.
 * @throws RangeError where no rate ended well in every study.
 */
export function goodBand(rates: readonly number[], losses: readonly (readonly number[])[]): GoodBand {
  const means = rates.map((_, i) => mean(losses.map((study) => study[i]!)));
  const best = means.indexOf(Math.min(...means));
  if (!Number.isFinite(means[best])) throw new RangeError('no rate ended well in every study');
  const isGood = (i: number): boolean => {
    if (i < 0 || i >= rates.length || !Number.isFinite(means[i])) return false;
    const differences = losses.map((study) => study[i]! - study[best]!);
    return mean(differences) <= Math.max(GOOD * means[best]!, standardError(differences));
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
