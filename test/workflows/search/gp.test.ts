import { branin } from '../../../bench/search/functions';
import { simpleRegret } from '../../../bench/search/search';
import { SAMPLERS, uniform } from '../../../workflows/search';
import { gp } from '../../../workflows/search/gp/gp';
import type { Observation, Space } from '../../../workflows/search';
import { featuresOf } from '../../../workflows/search/gp/features';
import { fitted } from '../../../workflows/search/gp/fit';
import { logExpectedImprovement } from '../../../workflows/search/gp/improvement';
import { standardized } from '../../../workflows/search/gp/losses';
import { matern52, matern52Slope } from '../../../workflows/search/gp/matern';
import { minimize } from '../../../workflows/search/gp/minimize';
import { processOf } from '../../../workflows/search/gp/model';
import type { HParams } from '../../../workflows/words/trial';

const SQUARE: Space = { x: { uniform: [0, 1] }, y: { uniform: [0, 1] } };
const suggest = (space: Space, observations: readonly Observation[], index = observations.length): HParams =>
  gp.suggest({ space, options: { startupTrials: 8 }, index, seed: 3, observations, direction: 'minimize' });

/** With scipy 1.15.3: 2^(1-v) / gamma(v) * t^v * kv(v, t) with v = 2.5 and t = sqrt(2 v) r. */
it.each([
  [0.01, 0.9999166769599714],
  [0.3, 0.9309653427750053],
  [1, 0.5239941088318205],
  [2.5, 0.06351021454894377],
  [7, 1.5662251579605198e-5],
])('has the Matérn kernel that scipy says at distance %d', (r, value) => {
  expect(matern52(r ** 2)).toBeCloseTo(value, 12);
  expect(matern52Slope(r ** 2)).toBeCloseTo((matern52(r ** 2 + 1e-6) - matern52(r ** 2 - 1e-6)) / 2e-6, 7);
});

describe('a Gaussian process', () => {
  const map = featuresOf(SQUARE);
  const points = [
    [0.1, 0.2],
    [0.5, 0.9],
    [0.8, 0.3],
  ].map((one) => Float64Array.from(one));
  const process = processOf(
    map,
    { inverseSquares: Float64Array.of(1 / 0.4 ** 2, 1 / 0.7 ** 2), noise: 0.01, variance: 1.7 },
    points,
    [0.5, -1, 0.3],
  );

  /**
   * With numpy 2.2.6: k (K + 0.01 I)^-1 y and sqrt(1.7 (1 - k (K + 0.01 I)^-1 k)), K and k by the kernel with length
   * scales 0.4 and 0.7.
   */
  it('expects what the textbook says', () => {
    const { mean, deviation } = process.predict(Float64Array.of(0.4, 0.4));
    expect(mean).toBeCloseTo(-0.11318547209468541, 12);
    expect(deviation).toBeCloseTo(0.7170702943738572, 12);
  });

  it('is surer where it believes its own expectation, and expects the same', () => {
    const there = Float64Array.of(0.4, 0.4);
    const believing = process.expecting([there]);
    expect(believing.predict(there).mean).toBeCloseTo(process.predict(there).mean, 2);
    expect(believing.predict(there).deviation).toBeLessThan(0.3 * process.predict(there).deviation);
    expect(believing.predict(Float64Array.of(0.9, 0.9)).mean).toBeCloseTo(
      process.predict(Float64Array.of(0.9, 0.9)).mean,
      2,
    );
  });

  it('learns which dimension matters, and how much is noise', () => {
    const many = Array.from({ length: 60 }, (_, i) => Float64Array.of(uniform(1, i), uniform(2, i)));
    const noisy = (share: number): Float64Array =>
      standardizedValues(many.map(([x], i) => Math.sin(9 * x!) + share * (uniform(3, i) + uniform(4, i) - 1)));
    const [clean, rough] = [fitted(map, many, noisy(0)), fitted(map, many, noisy(2))];
    expect(clean.inverseSquares[0]! / clean.inverseSquares[1]!).toBeGreaterThan(20);
    expect(clean.noise).toBeLessThan(1e-3);
    expect(rough.noise).toBeGreaterThan(0.05);
  });
});

function standardizedValues(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
  return Float64Array.from(values, (one) => (one - mean) / deviation);
}

it('descends to where the gradient ends', () => {
  const { at, value } = minimize(
    ([x, y]) => ({
      value: 100 * (y! - x! ** 2) ** 2 + (1 - x!) ** 2,
      gradient: Float64Array.of(-400 * x! * (y! - x! ** 2) - 2 * (1 - x!), 200 * (y! - x! ** 2)),
    }),
    Float64Array.of(-1.2, 1),
    60,
  );
  expect([...at]).toEqual([expect.closeTo(1, 3), expect.closeTo(1, 3)]);
  expect(value).toBeLessThan(1e-6);
});

/** With scipy 1.15.3: (best - mean) norm.cdf(z) + deviation norm.pdf(z), z = (best - mean) / deviation. */
it('expects the improvement that scipy says', () => {
  expect(Math.exp(logExpectedImprovement({ mean: 0.4, deviation: 0.5 }, 0.1))).toBeCloseTo(0.08433636612087776, 12);
});

describe('losses', () => {
  it('keep their order, failures with the worst, whatever their size', () => {
    for (const scale of [1, 1e-300, Number.MAX_VALUE]) {
      const values = standardized([0.9, -0.2, null, 0.1, 0.5].map((loss) => (loss === null ? null : loss * scale)));
      expect(values.every(Number.isFinite)).toBe(true);
      expect([...values.keys()].sort((a, b) => values[a]! - values[b]!)).toEqual([1, 3, 4, 0, 2]);
      expect(values[2]).toBe(values[0]);
    }
  });

  it('do not look alike beside one that diverged', () => {
    const values = standardized([0.1, 0.2, 0.3, 0.4, 1e9]);
    expect(values[3]! - values[0]!).toBeGreaterThan(0.05);
  });

  it('are 0 where all are the same', () => {
    expect([...standardized([2, 2, 2])]).toEqual([0, 0, 0]);
  });
});

it('finds the minimum of Branin in 30 trials, where chance is far away', () => {
  for (const seed of [1, 2, 3]) {
    expect(simpleRegret('gp', branin, 30, seed)).toBeLessThan(0.05);
    expect(simpleRegret('random', branin, 30, seed)).toBeGreaterThan(0.05);
  }
});

it('spreads parallel suggestions', () => {
  const observations: Observation[] = Array.from({ length: 15 }, (_, index) => {
    const hparams = SAMPLERS.halton.suggest({
      space: branin.space,
      options: {},
      index,
      seed: 5,
      observations: [],
      direction: 'minimize',
    });
    return { hparams, score: branin.regret(hparams) };
  });
  const asked: HParams[] = [];
  while (asked.length < 4)
    asked.push(
      suggest(branin.space, [...observations, ...asked.map((hparams) => ({ hparams, score: undefined }))], 20),
    );
  const distances = asked.flatMap((a, i) =>
    asked.slice(i + 1).map((b) => Math.hypot(Number(a['x1']) - Number(b['x1']), Number(a['x2']) - Number(b['x2']))),
  );
  expect(Math.min(...distances)).toBeGreaterThan(0.5);
});

it('learns choices, ordinals, conditions and failures, and tries no point of a finite space twice', () => {
  const space: Space = {
    kind: { choice: ['a', 'b', 'c'] },
    layers: { ordinal: [1, 2, 4, 8] },
    units: { integer: [1, 64], log: true, when: { kind: ['b', 'c'] } },
    flag: { choice: [true, false], when: { kind: 'b' } },
  };
  const loss = ({ kind, layers, units, flag }: HParams): number | null =>
    kind === 'c'
      ? null
      : kind === 'a'
        ? 3
        : Math.abs(Math.log2(Number(units)) - 4) + Math.abs(Math.log2(Number(layers)) - 2) + (flag === true ? 0 : 1);
  const observations: Observation[] = [];
  for (let index = 0; index < 40; index++) {
    const hparams = suggest(space, observations);
    observations.push({ hparams, score: loss(hparams) });
  }
  expect(new Set(observations.map(({ hparams }) => JSON.stringify(hparams))).size).toBe(40);
  expect(Math.min(...observations.map(({ score }) => score ?? Infinity))).toBeLessThan(0.3);
});
