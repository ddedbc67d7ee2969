import fc from 'fast-check';
import {
  addedNorms,
  fastestBatchSize,
  fitNoiseScale,
  fitStepTime,
  initialNoiseSums,
  noiseScaleOf,
} from '../../../workflows/analysis';
import type { GradientNorms } from '../../../workflows/analysis';
import { uniform } from '../../../workflows/search/random';

const DIMENSIONS = 8;

/** Nearly normal, with variance 1: a uniform number's is 1/12. */
const normal = (seed: number, index: number): number =>
  2 * (uniform(seed, 3 * index) + uniform(seed, 3 * index + 1) + uniform(seed, 3 * index + 2) - 1.5);

/** Gradients of a known mean and variance: a large batch of so many small ones, whose mean it is. */
function measured({
  signal,
  noise,
  small,
  parts,
  steps,
  seed = 1,
}: {
  readonly signal: number;
  readonly noise: number;
  readonly small: number;
  readonly parts: number;
  readonly steps: number;
  readonly seed?: number;
}): GradientNorms {
  const [mean, deviation] = [Math.sqrt(signal / DIMENSIONS), Math.sqrt(noise / DIMENSIONS / small)];
  const norms = Array.from({ length: steps }, (_, step) => {
    const gradients = Array.from({ length: parts }, (_part, part) =>
      Array.from(
        { length: DIMENSIONS },
        (_value, i) => mean + deviation * normal(seed, (step * parts + part) * DIMENSIONS + i),
      ),
    );
    const squared = (gradient: readonly number[]): number => gradient.reduce((sum, value) => sum + value ** 2, 0);
    const whole = gradients[0]!.map((_value, i) => gradients.reduce((sum, gradient) => sum + gradient[i]!, 0) / parts);
    return { small: gradients.reduce((sum, gradient) => sum + squared(gradient), 0) / parts, large: squared(whole) };
  });
  return {
    small: { batchSize: small, squaredNorms: norms.map((pair) => pair.small) },
    large: { batchSize: small * parts, squaredNorms: norms.map((pair) => pair.large) },
  };
}

/** Norms exactly as they are expected: |G|^2 + tr(Sigma) / B. */
const expected = (signal: number, noise: number, steps: number): GradientNorms => ({
  small: { batchSize: 16, squaredNorms: new Array<number>(steps).fill(signal + noise / 16) },
  large: { batchSize: 64, squaredNorms: new Array<number>(steps).fill(signal + noise / 64) },
});

describe('the noise scale', () => {
  it('is noise over signal, both exact where the norms are', () => {
    const scale = fitNoiseScale(expected(0.5, 100, 30), 1)!;
    expect(scale).toMatchObject({
      pairs: 30,
      signal: expect.closeTo(0.5, 9),
      noise: expect.closeTo(100, 9),
      batchSize: expect.closeTo(200, 6),
    });
    scale.interval.forEach((end) => expect(end).toBeCloseTo(200, 6));
  });

  it('lies in its interval for about nineteen of twenty trainings', () => {
    const scales = Array.from({ length: 40 }, (_, seed) =>
      fitNoiseScale(measured({ signal: 1, noise: 60, small: 16, parts: 2, steps: 60, seed: seed + 1 }), 1)!,
    );
    const held = scales.filter(({ interval: [low, high] }) => low <= 60 && high >= 60).length;
    // At 0.95 fewer than 32 of 40 are beyond 4 standard deviations; by the quantiles of 20 blocks an interval covers a
    // little less.
    expect(held).toBeGreaterThanOrEqual(32);
  });

  it('needs ten pairs of finite norms', () => {
    expect(fitNoiseScale(expected(1, 1, 9), 1)).toBeNull();
    const { small, large } = expected(1, 10, 12);
    const broken = { small: { ...small, squaredNorms: [NaN, Infinity, ...small.squaredNorms.slice(2)] }, large };
    expect(fitNoiseScale(broken, 1)?.pairs).toBe(10);
    expect(fitNoiseScale({ small, large: { ...large, squaredNorms: large.squaredNorms.slice(0, 9) } }, 1)).toBeNull();
  });

  it('is infinite where no signal stands out, and 0 without noise', () => {
    expect(fitNoiseScale(expected(0, 10, 20), 1)).toMatchObject({
      batchSize: Infinity,
      interval: [Infinity, Infinity],
    });
    expect(fitNoiseScale(expected(2, 0, 20), 1)).toMatchObject({ batchSize: 0 });
    const faint = fitNoiseScale(measured({ signal: 0.001, noise: 100, small: 8, parts: 2, steps: 40 }), 1)!;
    expect(faint.interval[1]).toBe(Infinity);
  });

  it('follows the recent steps', () => {
    const grown = [expected(1, 50, 300), expected(1, 500, 300)];
    const both = (side: 'small' | 'large') => ({
      batchSize: grown[0]![side].batchSize,
      squaredNorms: grown.flatMap((one) => one[side].squaredNorms),
    });
    const scale = fitNoiseScale({ small: both('small'), large: both('large') }, 1)!;
    expect(scale.batchSize).toBeGreaterThan(450);
    expect(fitNoiseScale({ small: both('small'), large: both('large') }, 1, 0.9999)!.batchSize).toBeLessThan(300);
  });

  it('refuses batches of one size', () => {
    const { small, large } = expected(1, 1, 20);
    expect(() => fitNoiseScale({ small, large: { ...large, batchSize: 16 } }, 1)).toThrow(
      'large.batchSize must be above small.batchSize, got large.batchSize=16, small.batchSize=16',
    );
  });

  it('is the same step by step as at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 1, max: 9, noNaN: true }), fc.double({ min: 0.1, max: 2, noNaN: true })), {
          minLength: 10,
          maxLength: 40,
        }),
        (pairs) => {
          const sums = pairs.reduce((all, pair) => addedNorms(all, pair, [8, 32]), initialNoiseSums);
          const atOnce = fitNoiseScale(
            {
              small: { batchSize: 8, squaredNorms: pairs.map(([small]) => small) },
              large: { batchSize: 32, squaredNorms: pairs.map(([, large]) => large) },
            },
            1,
          )!;
          expect(sums.weight).toBeCloseTo(1 - 0.99 ** pairs.length, 9);
          const scale = noiseScaleOf(sums);
          if (scale < 1e6) expect(atOnce.batchSize / scale).toBeCloseTo(1, 6);
        },
      ),
      { numRuns: 50 },
    );
  });
});

it('the fastest batch size is where time per step times steps is least', () => {
  const [overhead, perExample, critical] = [0.01, 1e-4, 400];
  const { knee } = fitStepTime(
    [32, 64, 256].map((batchSize) => ({ batchSize, seconds: overhead + perExample * batchSize })),
  )!;
  const time = (batchSize: number): number => (overhead + perExample * batchSize) * (1 + critical / batchSize);
  const fastest = fastestBatchSize(knee, critical);
  expect(fastest).toBeCloseTo(200, 6);
  expect(time(fastest)).toBeLessThan(Math.min(time(fastest * 1.05), time(fastest / 1.05)));
});
