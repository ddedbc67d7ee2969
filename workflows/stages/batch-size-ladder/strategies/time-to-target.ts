import { numericHParam } from '../../../trials/hparams';
import { byContest, CLEAR_GAIN, EQUAL_FACTOR } from '../comparison';
import type { Sample } from '../comparison';
import { nextRacer, RACE_SIZES_MAX, raceLengthMax, racersMax, raceSizes } from '../race';
import { raceGrounds, raceReason } from '../race-reason';
import { rungSizes } from '../rungs';
import { finishers } from '../times';
import type { RaceTime } from '../times';
import type { LadderView } from '../view';
import type { Strategy } from './strategy';

/** The size that reaches a validation loss at the least cost, without many more epochs than the study's own. */
export const timeToTarget: Strategy = {
  sizes: rungSizes,
  onFull: 'bisect',
  endsAtKnee: true,
  next: nextRacer,
  contest(view) {
    const { tooLong } = finishers(view);
    return {
      race: view.times.map(sampleOf),
      fresh: view.fresh.map(sampleOf),
      isEligible: (batchSize) => tooLong.every((time) => time.batchSize !== batchSize),
      clear: Math.log(1 + CLEAR_GAIN),
      equal: Math.log(EQUAL_FACTOR),
    };
  },
  trainings: (context, sizes) => ({
    trials: racersMax(context, Math.min(RACE_SIZES_MAX, sizes)),
    epochs: raceLengthMax(context),
  }),
  preference(view) {
    const sizes = byContest(view);
    return sizes.length === 0 ? byKnee(view) : sizes;
  },
  reason: raceReason,
  grounds: raceGrounds,
};

/** Costs compare by their logarithm, and less is better. */
const sampleOf = ({ batchSize, runs }: RaceTime): Sample => ({
  batchSize,
  runs: runs.map(({ seed, reached, cost }) => ({ seed, isWhole: reached, gain: -Math.log(cost) })),
});

/** Without a race: the study's own size, else the candidate nearest to the knee. */
function byKnee(view: LadderView): readonly number[] {
  const own = numericHParam(view.incumbent, 'batchSize');
  const distance = (size: number): number =>
    size === own ? -1 : Math.abs(Math.log(size / Math.max(view.cost.knee, 1)));
  return [...raceSizes(view)].sort((a, b) => distance(a) - distance(b));
}
