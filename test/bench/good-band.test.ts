import { distanceFrom, goodBand, gridOf, hopefulRates } from '../../bench/lr-range-test/good-band';

const RATES = [1, 2, 4, 8, 16];

it('is around the best mean, as far as 5 % or one standard error reach, and without a gap', () => {
  // Losses of 0.1, and shares above it.
  const gains = (...above: readonly number[]): number[] => above.map((share) => -Math.log(0.1 * (1 + share)));
  const studies = [gains(0.02, 0.5, 0.04, 0, 0.3), gains(0.02, 0.5, 0.04, 0, 0.3)];
  expect(goodBand(RATES, studies)).toEqual({ best: 8, from: 4, to: 8 });
  // Studies that disagree on 16 by more than it is worse.
  expect(goodBand(RATES, [gains(1, 1, 1, 0, -0.3), gains(1, 1, 1, 0, 0.5)])).toEqual({ best: 8, from: 8, to: 16 });
  expect(() => goodBand([1], [[-Infinity]])).toThrow('no rate ended well in every study');
});

it('leaves out rates that are ten times worse in one study', () => {
  expect(hopefulRates([1, 2, 3], [-Math.log(0.01), -Math.log(0.09), -Math.log(0.2)])).toEqual([1, 2]);
});

it('is looked for a quarter of a decade apart, and distances from it are factors', () => {
  expect(gridOf({ from: 0.1, to: 10 })).toHaveLength(9);
  expect([1, 0.25, 6, null].map((rate) => distanceFrom({ from: 0.5, to: 3 }, rate))).toEqual([1, 2, 2, Infinity]);
});
