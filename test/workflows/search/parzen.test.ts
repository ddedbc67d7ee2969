import { normalMass, truncatedQuantile } from '../../../workflows/search/normal';
import { densityOf } from '../../../workflows/search/tpe/parzen';
import { deriveSeed, uniform } from '../../../workflows/search';
import type { Dimension } from '../../../workflows/search';

const DIMENSIONS: readonly Dimension[] = [{ uniform: [0, 1] }, { integer: [1, 10] }, { choice: ['a', 'b', 'c'] }];

/** Unit coordinates of x, of the n-th of ten integers, and of the c-th of three choices. */
const at = (x: number, n: number, c: number): readonly [number, number, number] => [x, (n - 0.5) / 10, (c + 0.5) / 3];

const POINTS = [at(0.1, 2, 0), at(0.15, 2, 2), at(0.7, 5, 2), at(0.9, 10, 1)];

describe('the normal distribution', () => {
  /** With scipy 1.17.1: norm.cdf(high, mean, deviation) - norm.cdf(low, mean, deviation). */
  it.each([
    [0.5, 1, 0, 1, 0.38292492254802624],
    [0.1, 0.05, 0.2, 0.3, 0.02271846070634609],
    [0.3, 0.2, 0.29, 0.31, 0.03987761167674497],
    [0.9, 0.05, 0, 0.5, 6.22096057427174e-16],
    [0.9, 0.01, 0, 0.5, 0],
  ])(
    'has the mass that scipy says, with mean %d and deviation %d from %d to %d',
    (mean, deviation, low, high, mass) => {
      expect(normalMass(low, high, mean, deviation)).toBeCloseTo(mass, 13);
    },
  );

  /** With scipy 1.17.1: truncnorm.ppf(share, -mean / deviation, (1 - mean) / deviation, loc=mean, scale=deviation). */
  it.each([
    [0.5, 0.2, 0.1, 0.2028516926590917],
    [0.01, 0.5, 1, 0.010847274878055146],
    [0.999, 1, 0.3, 0.9996243283090522],
    [0.25, 0, 0.02, 0.006372787279287503],
  ])(
    'has the quantile %d that scipy says where it is cut off, with mean %d and deviation %d',
    (share, mean, deviation, quantile) => {
      expect(truncatedQuantile(share, mean, deviation)).toBeCloseTo(quantile, 10);
    },
  );
});

/**
 * With Optuna 5.0.0: _ParzenEstimator({x: [.1, .15, .7, .9], n: [2, 2, 5, 10], c: [0, 2, 2, 1]}, {x:
 * FloatDistribution(0, 1), n: IntDistribution(1, 10), c: CategoricalDistribution("abc")},
 * _ParzenEstimatorParameters(1.0, True, False, default_weights, True)).log_pdf({x: [.12, .5, .95], n: [2, 1, 7], c: [2,
 * 0, 1]})
 */
it("equals Optuna's density of the same points", () => {
  const density = densityOf(DIMENSIONS, POINTS, [1, 1, 1, 1]);
  const logs = [at(0.12, 2, 2), at(0.5, 1, 0), at(0.95, 7, 1)].map((units) => density.logDensity(units));
  [-2.547649438776681, -3.868355365900501, -2.7399988107459947].forEach((expected, i) =>
    expect(logs[i]).toBeCloseTo(expected, 10),
  );
});

it('draws as often as its density says', () => {
  const density = densityOf(DIMENSIONS, POINTS, [1, 2, 0.5, 1]);
  let number = 0;
  const draws = Array.from({ length: 4000 }, () => density.draw(() => uniform(deriveSeed(1), number++)));
  const cells = [at(0, 2, 2), at(0, 10, 1), at(0, 5, 0)];
  for (const [, n, c] of cells) {
    // The middle of a hundred slices is near enough to the mean density of each.
    const expected = Array.from(
      { length: 100 },
      (_, i) => Math.exp(density.logDensity([(i + 0.5) / 100, n, c])) / 100,
    ).reduce((sum, one) => sum + one);
    const share =
      draws.filter((units) => Math.abs(units[1]! - n) < 1e-9 && Math.abs(units[2]! - c) < 1e-9).length / draws.length;
    // Four standard errors.
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / draws.length));
  }
});

it('is flat without points, and where points have no place', () => {
  for (const density of [
    densityOf(DIMENSIONS, [], []),
    densityOf(DIMENSIONS, [[undefined, undefined, undefined]], [1]),
  ]) {
    expect(density.logDensity(at(0.5, 1, 0))).toBeCloseTo(density.logDensity(at(0.5, 1, 2)), 12);
    expect(density.logDensity(at(0.5, 1, 0)) - density.logDensity(at(0, 10, 2))).toBeLessThan(0.3);
  }
});
