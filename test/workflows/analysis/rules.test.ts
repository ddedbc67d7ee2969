import fc from 'fast-check';
import { exponentialMovingAverage, readablePart, smoothedCurve, SUGGESTION_RULES } from '../../../workflows/analysis';
import type { Curve } from '../../../workflows/analysis';

/** 161 points, 20 a decade, from 1e-7 to 10. */
const RATES = Array.from({ length: 161 }, (_, i) => 10 ** (-7 + i / 20));

const curveOf = (loss: (decade: number) => number): Curve =>
  RATES.map((learningRate) => ({ learningRate, loss: loss(Math.log10(learningRate)) }));

/** Flat at 2.3, falls from 1e-4 to 1e-1 as half a cosine, steepest in the middle at 10^-2.5, then rises sharply. */
const textbook = curveOf((decade) => {
  if (decade <= -4) return 2.3;
  if (decade <= -1) return 0.3 + (1 + Math.cos((Math.PI * (decade + 4)) / 3));
  return 0.3 + 4 * (decade + 1) ** 2;
});

describe('on a textbook curve', () => {
  it('minimum is a tenth of the rate with the lowest loss', () => {
    expect(SUGGESTION_RULES.minimum(textbook)).toBeCloseTo(1e-2, 4);
  });

  it('steep is the rate in the middle of the fall, differentiated by the logarithm', () => {
    expect(Math.log10(SUGGESTION_RULES.steep(textbook) ?? NaN)).toBeCloseTo(-2.5, 1);
  });

  it('valley is half-way down the fall', () => {
    // The fall of 60 points ends at index 120; a third and half a third into it is index 120 - 61 + 20 + 10.
    expect(Math.log10(SUGGESTION_RULES.valley(textbook) ?? NaN)).toBeCloseTo(-7 + 89 / 20, 6);
  });

  it('slide lies below the rise', () => {
    const rate = SUGGESTION_RULES.slide(textbook) ?? NaN;
    expect(rate).toBeLessThan(1e-1);
  });

  it('every rule but slide answers the same at twice the density', () => {
    const dense = Array.from({ length: 321 }, (_, i) => -7 + i / 40).map((decade) => {
      const loss =
        decade <= -4 ? 2.3 : decade <= -1 ? 1.3 + Math.cos((Math.PI * (decade + 4)) / 3) : 0.3 + 4 * (decade + 1) ** 2;
      return { learningRate: 10 ** decade, loss };
    });
    for (const name of ['minimum', 'steep', 'valley'] as const) {
      const [coarse, fine] = [SUGGESTION_RULES[name](textbook), SUGGESTION_RULES[name](dense)];
      expect(Math.abs(Math.log10((fine ?? NaN) / (coarse ?? NaN)))).toBeLessThan(0.1);
    }
  });
});

it.each(['minimum', 'steep', 'valley'] as const)('%s has no answer where the loss only rises', (name) => {
  expect(SUGGESTION_RULES[name](curveOf((decade) => decade + 10))).toBeNull();
});

it('no rule has an answer on a flat curve, one point or none', () => {
  for (const rule of Object.values(SUGGESTION_RULES)) {
    expect([rule(curveOf(() => 2.3)), rule([{ learningRate: 1, loss: 1 }]), rule([])]).toEqual([null, null, null]);
  }
});

it('of equally low losses minimum takes the lowest rate', () => {
  const curve = [3, 1, 2, 1].map((loss, i) => ({ learningRate: 10 ** i, loss }));
  expect(SUGGESTION_RULES.minimum(curve)).toBeCloseTo(1, 12);
});

it('rules answer within a decade of the curve, whatever its losses', () => {
  const losses = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(losses, (values) => {
      const curve = values.map((loss, i) => ({ learningRate: 10 ** (i / 10 - 6), loss }));
      for (const rule of Object.values(SUGGESTION_RULES)) {
        const rate = rule(curve);
        if (rate === null) continue;
        expect(rate).toBeGreaterThanOrEqual(curve[0]!.learningRate / 10.01);
        expect(rate).toBeLessThanOrEqual(curve.at(-1)!.learningRate);
      }
    }),
  );
});

describe('the smoothed curve', () => {
  const stepLosses = (losses: readonly number[]) =>
    losses.map((loss, step) => ({ step, learningRate: 10 ** (step / 10 - 5), loss }));

  it('has no pull towards zero at its start, and lags a constant by nothing', () => {
    expect(exponentialMovingAverage([2, 2, 2], 0.9)).toEqual([2, 2, 2].map((value) => expect.closeTo(value, 12)));
    // 0.5 * 1 + 0.25 * 2 over 1 - 0.25.
    expect(exponentialMovingAverage([2, 1], 0.5)[1]).toBeCloseTo(4 / 3, 12);
  });

  it('ends before the first loss that is not finite', () => {
    expect(smoothedCurve(stepLosses([3, 2, NaN, 1]), 0)).toHaveLength(2);
    expect(smoothedCurve(stepLosses([Infinity, 2]), 0.9)).toEqual([]);
  });

  it('is read without its first tenth and its last five points, if enough is left', () => {
    const curve = smoothedCurve(stepLosses(Array.from({ length: 100 }, (_, i) => i)), 0);
    expect(readablePart(curve)?.map(({ loss }) => loss)).toEqual(Array.from({ length: 85 }, (_, i) => i + 10));
    expect(readablePart(curve.slice(0, 15))).toBeNull();
    expect(readablePart([])).toBeNull();
  });
});
