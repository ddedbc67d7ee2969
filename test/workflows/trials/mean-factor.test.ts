import { meanFactor } from '../../../workflows/trials/mean-factor';
import type { ScheduleSpec } from '../../../workflows/words/schedule';

describe('the mean factor of a schedule over 1,000 steps of 10 epochs', () => {
  it.each<readonly [string, ScheduleSpec, number]>([
    ['constant', { name: 'constant' }, 1],
    ['constant behind a warm-up of a tenth', { name: 'constant', warmupSteps: 100 }, 0.95],
    ['cosine', { name: 'cosine', finalFactor: 0 }, 0.5],
    ['cosine that ends at a fifth', { name: 'cosine', finalFactor: 0.2 }, 0.6],
    ['cosine behind a warm-up of a tenth', { name: 'cosine', finalFactor: 0, warmupSteps: 100 }, 0.5],
    // (1 - 0.8^10) / (10 ln 1.25)
    ['exponential', { name: 'exponential', factorPerEpoch: 0.8 }, 0.4],
    ['piecewise', { name: 'piecewise', milestones: [{ epoch: 6, factor: 0.1 }] }, 0.64],
    ['one cycle', { name: 'oneCycle', peakFraction: 0.3, initialFactor: 0.04, finalFactor: 0 }, 0.506],
    ['plateau', { name: 'plateau', factor: 0.5, patience: 2, minFactor: 0 }, 1],
  ])('of %s', (_, schedule, expected) => {
    expect(meanFactor(schedule, 1000, 100)).toBeCloseTo(expected, 2);
    // Of a very long training only some steps are looked at.
    if (schedule.warmupSteps === undefined) expect(meanFactor(schedule, 1_000_000, 100_000)).toBeCloseTo(expected, 2);
  });
});
