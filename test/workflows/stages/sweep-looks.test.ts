import { deriveSeed, uniform } from '../../../workflows/search/random';
import { sweepOptions } from '../../../workflows/stages/sweep/options';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { completed, drive, shuffled } from '../../support/stages';
import type { DriveOptions, Network } from '../../support/stages';
import { fresh, planted } from './planted-sweeps';

const POINTS = 20;
const FURTHER = { replicates: { seeds: 3, seedsMax: 8 } };

/** Half as good again as the study as it stands, but for luck as large. */
const open: Network = ({ hparams, seed }) =>
  completed(
    (hparams['weightDecay'] === 0 ? 0.15 : 0.1) *
      Math.exp(1.2 * (uniform(deriveSeed(seed, JSON.stringify(hparams)), 0) - 0.5)),
  );

const seedsOf = (network: Network, options: object = {}, driving: DriveOptions = {}) => {
  const context = drive(regularizationSweep, fresh({ trials: POINTS, ...FURTHER, ...options }), {
    network,
    ...driving,
  });
  const counts = new Map<string, number>();
  for (const { spec } of context.trials) {
    const key = JSON.stringify(spec.hparams);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return { context, counts: [...counts.values()].filter((count) => count > 1) };
};

it('trains no further seeds where the first have settled it', () => {
  expect(seedsOf(planted(0)).counts).toEqual([3, 3, 3, 3]);
});

it('trains further seeds where they may change the verdict: the study as it stands and what is still open, up to the most', () => {
  const { counts, context } = seedsOf(open);
  expect(Math.max(...counts)).toBeGreaterThan(3);
  expect(counts.every((count) => [3, 5, 8].includes(count))).toBe(true);
  expect(counts[0]).toBe(Math.max(...counts));
  const { estimate } = regularizationSweep;
  expect(context.trials.length).toBeLessThanOrEqual(estimate(fresh({ trials: POINTS, ...FURTHER })).trials);
});

it('asks for the same trainings in whatever order they end', () => {
  const labels = (driving: DriveOptions) =>
    seedsOf(open, {}, driving)
      .context.trials.map(({ spec }) => spec.label)
      .sort();
  const expected = labels({ parallel: 1 });
  for (const seed of [1, 2, 3]) expect(labels({ parallel: 4, endsNext: shuffled(seed) })).toEqual(expected);
});

it('begins no look that the budget does not allow', () => {
  const trials = POINTS + 8 + 3;
  const context = drive(
    regularizationSweep,
    fresh({ trials: POINTS, ...FURTHER }, { remaining: { trials, deviceSeconds: Infinity } }),
    { network: open, trialsMax: trials },
  );
  expect(context.trials).toHaveLength(POINTS + 8);
});

it('gives what it did not spend of the error rate to the look that the budget makes the last', () => {
  const early = drive(regularizationSweep, fresh({ trials: POINTS, ...FURTHER }), {
    network: open,
    trialsMax: POINTS + 8,
  });
  const fixed = drive(regularizationSweep, fresh({ trials: POINTS, replicates: 3 }), { network: open });
  expect(regularizationSweep.decide(early)).toMatchObject({
    confidence: regularizationSweep.decide(fixed).confidence,
    because: regularizationSweep.decide(fixed).because,
  });
});

it.each([[{ seeds: 1 }], [{ seeds: 5, seedsMax: 4 }], [{ seeds: 3, most: 4 }]])('refuses %j', (replicates) => {
  expect(sweepOptions.safeParse({ space: { units: { choice: [1, 2] } }, replicates }).success).toBe(false);
});
