import { formatNumber } from '../../format';
import { CLEAR_GAIN } from '../comparison';
import { rungSizes } from '../rungs';
import { areTimesUnsteady } from '../step-cost';
import type { LadderView } from '../view';
import type { Strategy } from './strategy';

/** The smallest size with at least nine tenths of the best throughput. */
export const throughput: Strategy = {
  sizes: rungSizes,
  onFull: 'bisect',
  endsAtKnee: true,
  preference: byThroughput,
  reason({ cost, facts }, batchSize) {
    const each = cost.of(batchSize);
    const rate = each === undefined ? 'an unknown number of' : formatNumber(batchSize / each);
    const unit = facts.reproducible ? 'images by nominal cost' : 'images a second';
    return `${batchSize} is the smallest batch size within ${CLEAR_GAIN * 100} % of the best throughput, with ${rate} ${unit}`;
  },
  grounds: (view) => ({ guess: {}, doubt: { 'the step times are unsteady': areTimesUnsteady(view) } }),
};

function byThroughput({ passed, cost }: LadderView): readonly number[] {
  const rates = passed.flatMap((batchSize) => {
    const each = cost.of(batchSize);
    return each === undefined ? [] : [{ batchSize, rate: batchSize / each }];
  });
  const best = Math.max(...rates.map(({ rate }) => rate));
  const first = rates.find(({ rate }) => rate >= best * (1 - CLEAR_GAIN))?.batchSize;
  const others = [...rates]
    .sort((a, b) => b.rate - a.rate)
    .map(({ batchSize }) => batchSize)
    .filter((size) => size !== first);
  return first === undefined ? [] : [first, ...others];
}
