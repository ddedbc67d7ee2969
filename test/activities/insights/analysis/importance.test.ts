import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { factorsOf, fanova, importances, pedAnova, unitsByFactor } from '../../../../activities/insights/analysis';
import type { DrawnObservation, Factor, Importances, Observation } from '../../../../activities/insights/analysis';
import { deriveSeed, uniform } from '../../../../workflows/search/random';
import type { Space } from '../../../../workflows/search/space';
import type { HParams } from '../../../../workflows/words/trial';

interface Case {
  readonly name: string;
  readonly space: Space;
  readonly direction: 'minimize' | 'maximize';
  readonly points: readonly HParams[];
  readonly values: readonly number[];
  readonly pedAnova: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly fanova?: Readonly<Record<string, number>>;
}

/** Recorded by bench/fixtures/record-importance.py. */
const { cases } = JSON.parse(readFileSync(path.join(__dirname, 'fixtures', 'optuna-importance.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};

const observed = ({ space, points, values, direction }: Case): readonly Observation[] =>
  points.map((point, i) => ({
    units: unitsByFactor(space, point),
    loss: direction === 'minimize' ? values[i]! : -values[i]!,
  }));

const FACTORS: readonly Factor[] = ['x', 'y', 'z', 'w'].map((name) => ({ name, levels: Infinity, isOrdered: true }));

/** Points spread evenly, with a loss that is a function of their place. */
function sampled(
  count: number,
  loss: (units: readonly number[], noise: number) => number,
  seed = 1,
): readonly DrawnObservation[] {
  const own = deriveSeed(seed, count);
  return Array.from({ length: count }, (_, i) => {
    const units = FACTORS.map((_factor, j) => uniform(own, 10 * i + j));
    return { units, loss: loss(units, uniform(own, 10 * i + 9) - 0.5), isBlind: true };
  });
}

const measured = (observations: readonly DrawnObservation[], factors = FACTORS): Importances => {
  const found = importances(factors, observations, 3);
  if (found.status !== 'measured') throw new Error(`expected importances, got ${found.status}`);
  return found;
};

describe.each(cases)('on $name', (recorded) => {
  const factors = factorsOf(recorded.space);

  it.each(Object.keys(recorded.pedAnova))('PED-ANOVA gives what Optuna gives for the best %s', (share) => {
    // The same sums in another order: only the last digits may differ.
    pedAnova(factors, observed(recorded), Number(share)).forEach((value, i) =>
      expect(value).toBeCloseTo(recorded.pedAnova[share]![factors[i]!.name]!, 10),
    );
  });
});

it.each(cases.filter(({ fanova: forest }) => forest !== undefined))(
  'fANOVA gives what Optuna gives on $name, as far as two forests agree',
  (recorded) => {
    const factors = factorsOf(recorded.space);
    const expected = factors.map(({ name }) => recorded.fanova![name]!);
    const shares = fanova(factors, observed(recorded), 1)!.main.map(({ share }) => share);
    // Optuna's forests with other seeds differ by 0.03 among each other; it splits choices one against the rest, we any
    // way, which moves shares of up to 0.1.
    const tolerance = factors.some(({ isOrdered }) => !isOrdered) ? 0.12 : 0.08;
    shares.forEach((share, i) => expect(Math.abs(share - expected[i]!)).toBeLessThan(tolerance));
    expect(shares.indexOf(Math.max(...shares))).toBe(expected.indexOf(Math.max(...expected)));
  },
);

describe('fANOVA', () => {
  it('finds the shares of a sum, whose parts are known', () => {
    // Variances 1/12 of x and a quarter of that of y, and none of z and w.
    const { main, pairs } = fanova(
      FACTORS,
      sampled(400, ([x, y]) => x! + y! / 2),
      5,
    )!;
    [0.8, 0.2, 0, 0].forEach((share, i) => expect(Math.abs(main[i]!.share - share)).toBeLessThan(0.05));
    pairs.forEach(({ share }) => expect(share).toBeLessThan(0.03));
    main.forEach(({ share, interval: [low, high] }) => {
      expect(low).toBeLessThanOrEqual(share);
      expect(high).toBeGreaterThanOrEqual(share);
    });
  });

  it('gives an interaction without effects of its own to the pair', () => {
    const { main, pairs } = fanova(
      FACTORS,
      sampled(400, ([x, y]) => (x! - 0.5) * (y! - 0.5)),
      5,
    )!;
    const [strongest] = [...pairs].sort((a, b) => b.share - a.share);
    expect(strongest).toMatchObject({ factors: [0, 1] });
    expect(strongest!.share).toBeGreaterThan(3 * Math.max(...main.map(({ share }) => share)));
  });

  it('splits an unordered factor by what its values do, not by their order', () => {
    const choice: Factor = { name: 'c', levels: 4, isOrdered: false };
    const losses = [0, 1, 0, 1];
    const observations = Array.from({ length: 80 }, (_, i) => ({
      units: [((i % 4) + 0.5) / 4, uniform(1, i)],
      loss: losses[i % 4]!,
    }));
    expect(fanova([choice, FACTORS[0]!], observations, 1)!.main[0]!.share).toBeCloseTo(1, 6);
  });

  it('has nothing to say of equal losses', () => {
    expect(
      fanova(
        FACTORS,
        sampled(40, () => 1),
        1,
      ),
    ).toBeNull();
  });

  it('is the same for the same seed', () => {
    const observations = sampled(60, ([x], noise) => x! + noise);
    expect(fanova(FACTORS, observations, 9)).toEqual(fanova(FACTORS, observations, 9));
  });
});

describe('PED-ANOVA', () => {
  const loss = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom(0, 1, 2));
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const observation = fc.record({ units: fc.tuple(unit, fc.option(unit, { nil: undefined }), unit), loss });
  const factors: readonly Factor[] = [
    FACTORS[0]!,
    { name: 'few', levels: 3, isOrdered: true },
    { name: 'choice', levels: 4, isOrdered: false },
  ];

  it('sums to 1 and leaves no range, whatever the points', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 40 }), (observations) => {
        const shares = pedAnova(factors, observations);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        shares.forEach((share) => expect(share).toBeGreaterThanOrEqual(0));
      }),
      { numRuns: 60 },
    );
  });

  it('looks at the order of the losses only', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 2, maxLength: 40 }), (observations) => {
        const bent = observations.map((one) => ({ ...one, loss: Math.atan(one.loss / 100) }));
        const [before, after] = [pedAnova(factors, observations), pedAnova(factors, bent)];
        before.forEach((share, i) => expect(after[i]).toBeCloseTo(share, 9));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses to judge no points at all', () => {
    expect(() => pedAnova(FACTORS, [])).toThrow('observations must not be empty');
  });
});

describe('the importances of a sweep', () => {
  const strong = (count: number) => sampled(count, ([x, y], noise) => 3 * (x! - 0.4) ** 2 + 0.3 * y! + 0.02 * noise);

  it('say that there are too few points, in place of noise', () => {
    expect(importances(FACTORS, strong(15), 1)).toEqual({ status: 'tooFewPoints', points: 15, needed: 16 });
    expect(importances(FACTORS, [], 1)).toEqual({ status: 'tooFewPoints', points: 0, needed: 16 });
    expect(importances([], strong(50), 1)).toMatchObject({ status: 'tooFewPoints' });
  });

  it('tell what has an effect from what has none', () => {
    const { factors } = measured(strong(100));
    expect(factors[0]).toMatchObject({ name: 'x', blind: { standsOut: true } });
    expect(
      factors
        .filter(({ blind }) => blind?.standsOut)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['x', 'y']);
  });

  it('let nothing stand out of noise alone, in most sweeps', () => {
    const sweeps = Array.from({ length: 8 }, (_, seed) => measured(sampled(24, (_units, noise) => noise, seed + 1)));
    expect(sweeps.filter(({ factors }) => factors.some(({ blind }) => blind?.standsOut)).length).toBeLessThanOrEqual(1);
  });

  it('count points that failed among those that are not good', () => {
    const observations = sampled(60, ([x, y]) => (x! > 0.6 ? Infinity : y!));
    const { factors, points } = measured(observations);
    expect(points).toBe(60);
    expect(factors.find(({ name }) => name === 'x')!.blind!.separation).toBeGreaterThan(0.1);
    expect(measured(observations.filter(({ loss }) => loss < Infinity)).points).toBeLessThan(60);
  });

  it('leave losses that are no number out', () => {
    const observations = strong(40);
    expect(measured([...observations, { units: [0.5, 0.5, 0.5, 0.5], loss: NaN, isBlind: true }])).toEqual(
      measured(observations),
    );
  });

  it('measure a factor that only some points have by PED-ANOVA alone', () => {
    const observations = strong(60).map(({ units, ...other }, i) => ({
      ...other,
      units: [units[0], units[1], units[2], i % 2 === 0 ? undefined : units[3]],
    }));
    const { factors } = measured(observations);
    expect(factors.find(({ name }) => name === 'w')?.variance).toBeNull();
    expect(factors.find(({ name }) => name === 'x')?.variance?.share).toBeGreaterThan(0.5);
  });

  it('tell nothing from chance by points that a sampler chose knowing the others, and say how many were drawn blind', () => {
    const observations = strong(60).map((one, i) => ({ ...one, isBlind: i < 11 }));
    const found = measured(observations);
    expect(found).toMatchObject({ points: 60, blindPoints: 11, blindNeeded: 12 });
    expect(found.factors.map(({ blind }) => blind)).toEqual([null, null, null, null]);
    expect(found.factors[0]).toMatchObject({ name: 'x', variance: { share: expect.any(Number) } });
  });

  it('take thousands of points and twenty factors', () => {
    const many = Array.from({ length: 20 }, (_, i): Factor => ({
      name: `f${i}`,
      levels: i % 2 === 0 ? Infinity : 3,
      isOrdered: i % 4 !== 1,
    }));
    const observations = Array.from({ length: 2000 }, (_, i) => ({
      units: many.map((_factor, j) => uniform(j + 1, i)),
      loss: uniform(1, i),
      isBlind: true,
    }));
    expect(measured(observations, many).factors[0]).toMatchObject({ name: 'f0', blind: { standsOut: true } });
  });
});

it('a space gives a factor for each dimension with a choice, ordered where values have neighbours', () => {
  const space: Space = {
    a: { uniform: [0, 1] },
    b: { constant: 3 },
    c: { choice: ['x', 'y'] },
    d: { integer: [1, 4] },
    e: { logUniform: [1, 10] },
    f: { choice: ['only'] },
  };
  expect(factorsOf(space)).toEqual([
    { name: 'a', levels: Infinity, isOrdered: true },
    { name: 'c', levels: 2, isOrdered: false },
    { name: 'd', levels: 4, isOrdered: true },
    { name: 'e', levels: Infinity, isOrdered: true },
  ]);
  expect(unitsByFactor(space, { a: 0.25, b: 3, c: 'y', d: 1, e: 10, f: 'only' })).toEqual([0.25, 0.75, 0.125, 1]);
});
