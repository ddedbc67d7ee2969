import { branin, hartmann6 } from '../../../bench/search/functions';
import { simpleRegret } from '../../../bench/search/search';
import type { SAMPLERS } from '../../../workflows/search';
import { median } from '../../../workflows/analysis/statistics';

const SEEDS = Array.from({ length: 15 }, (_, i) => i + 1);

const regrets = new Map<string, number>();

/** Over the seeds, after 100 trials; the same for every test that asks. */
function medianRegret(sampler: keyof typeof SAMPLERS, of: typeof branin): number {
  const key = `${sampler} ${of.name}`;
  const regret = regrets.get(key) ?? median(SEEDS.map((seed) => simpleRegret(sampler, of, 100, seed)));
  regrets.set(key, regret);
  return regret;
}

it('knows the minima of the functions it measures with', () => {
  expect(branin.regret({ x1: Math.PI, x2: 2.275 })).toBeCloseTo(0, 5);
  expect(branin.regret({ x1: -Math.PI, x2: 12.275 })).toBeCloseTo(0, 5);
  expect(
    hartmann6.regret({ x1: 0.20169, x2: 0.150011, x3: 0.476874, x4: 0.275332, x5: 0.311652, x6: 0.6573 }),
  ).toBeCloseTo(0, 5);
});

it.each([
  [branin, 0.05],
  [hartmann6, 0.2],
] as const)('ends 100 trials of %p with a median regret over 15 seeds of at most %p', (of, most) => {
  expect(medianRegret('tpe', of)).toBeLessThanOrEqual(most);
});

it('is far better than chance, which the even samplers are not worse than', () => {
  const chance = medianRegret('random', branin);
  expect(medianRegret('tpe', branin)).toBeLessThan(chance / 5);
  expect(medianRegret('sobol', branin)).toBeLessThan(chance * 1.5);
  expect(medianRegret('halton', branin)).toBeLessThan(chance * 1.5);
});
