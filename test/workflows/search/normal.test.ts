import { logMeanExcess, normalQuantile } from '../../../workflows/search/normal';

/** With mpmath 1.3 at 60 digits: log(npdf(z) + z * ncdf(z)). scipy 1.15.3 by erfcx gives the same from -1 to -8. */
it.each([
  [3, 1.0987396653277077],
  [0.5, -0.3598276837450638],
  [0, -0.9189385332046728],
  [-0.99, -2.4661143916690493],
  [-1.01, -2.504199857480257],
  [-3, -7.869686059603029],
  [-4.99, -16.690729996795877],
  [-5.01, -16.797966327739523],
  [-8, -37.12236426169263],
  [-30, -457.724653760598],
  [-1000, -500014.73445209116],
])('knows how much exceeds a point %d deviations beyond, however little', (z, logarithm) => {
  expect(Math.abs(logMeanExcess(z) / logarithm - 1)).toBeLessThan(1e-10);
});

it('rises everywhere, where its forms change too', () => {
  const values = Array.from({ length: 4000 }, (_, i) => logMeanExcess(-40 + i / 100));
  values.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(values[i]!));
});

/** With scipy 1.15.3: norm.ppf(share). */
it.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.001, -3.090232306167813],
  [1e-9, -5.9978070150076865],
])('has the quantile %d that scipy says', (share, quantile) => {
  expect(normalQuantile(share)).toBeCloseTo(quantile, 9);
});
