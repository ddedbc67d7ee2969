import { averageShare, needsStatistics, weightAverageOf } from '../../../workflows/trials/weight-average';
import type { WeightAverage } from '../../../workflows/trials/weight-average';

/** Shares after each of some steps, `perEpoch` of them an epoch. */
function shares(average: WeightAverage, steps: number, perEpoch: number): number[] {
  return Array.from({ length: steps }, (_, i) =>
    averageShare(average, {
      step: i + 1,
      epochsDone: Math.floor((i + 1) / perEpoch),
      epochsBefore: Math.floor(i / perEpoch),
      epochs: steps / perEpoch,
    }),
  );
}

/** The average of numbers that come one by one. */
const averaged = (values: readonly number[], by: readonly number[]): number =>
  values.reduce((average, value, i) => average * (1 - by[i]!) + value * by[i]!, 1e6);

describe('an exponential moving average', () => {
  it('keeps its decay, and less at first, as TensorFlow does with the count of updates', () => {
    const by = shares({ kind: 'ema', decay: 0.9 }, 200, 10);
    // min(0.9, (1 + updates) / (10 + updates)), of updates from 0 on.
    expect(by.slice(0, 3)).toEqual([1 - 1 / 10, 1 - 2 / 11, 1 - 3 / 12]);
    expect(by[199]).toBeCloseTo(0.1, 12);
  });

  it('has forgotten its start long before one of that decay alone would have', () => {
    const by = shares({ kind: 'ema', decay: 0.999 }, 200, 10);
    expect(averaged(new Array<number>(200).fill(1), by)).toBeCloseTo(1, 6);
  });
});

describe('an average over epochs', () => {
  const values = Array.from({ length: 40 }, (_, i) => Math.sin(i));

  it.each([
    [0.75, 1, [31, 35, 39]],
    [0.5, 2, [23, 31, 39]],
    [0, 3, [3, 15, 27, 39]],
    [0.89, 1, [35, 39]],
  ])('from %d of the training on, every %d, is the mean at the ends of these', (startFraction, everyEpochs, ends) => {
    const by = shares({ kind: 'swa', startFraction, everyEpochs }, 40, 4);
    expect(by.flatMap((share, i) => (i >= ends[0]! && share > 0 ? [i] : []))).toEqual(ends);
    const mean = ends.reduce((sum, i) => sum + values[i]!, 0) / ends.length;
    expect(averaged(values, by)).toBeCloseTo(mean, 12);
  });

  it('is the weights themselves before it begins, and their statistics are its own until its second', () => {
    const average = { kind: 'swa', startFraction: 0.5, everyEpochs: 1 } as const;
    expect(shares(average, 20, 2).slice(0, 11)).toEqual(new Array(11).fill(1));
    const needs = [5, 6, 7].map((epochsDone) => needsStatistics(average, { epochsDone, epochs: 10 }));
    expect(needs).toEqual([false, false, true]);
  });
});

it('hyperparameters say how weights are averaged, and by default that they are not', () => {
  expect([{}, { emaDecay: 0, swaStartFraction: 1 }].map(weightAverageOf)).toEqual([null, null]);
  expect(weightAverageOf({ emaDecay: 0.99 })).toEqual({ kind: 'ema', decay: 0.99 });
  expect(weightAverageOf({ swaStartFraction: 0.8 })).toEqual({ kind: 'swa', startFraction: 0.8, everyEpochs: 1 });
});
