/** Histories that Optuna judged, recorded by `bench/fixtures/record-pruners.py`. */
import { signedRankProbability } from '../../../../workflows/analysis/signed-rank';
import { PRUNERS } from '../../../../workflows/search/pruners';
import type { PrunableTrial, Pruner } from '../../../../workflows/search/pruners';
import { wilcoxon } from '../../../../workflows/search/pruners/wilcoxon';
import recorded from './fixtures/optuna-pruners.json';

interface Case {
  readonly history: number;
  readonly direction: string;
  readonly options: object;
  /** By epoch, a digit per configuration: 1 where Optuna prunes it. */
  readonly pruned: Readonly<Record<string, string>>;
}

function trialOf(number: number, epoch: number, status: PrunableTrial['status'], history: number): PrunableTrial {
  const curve = recorded.histories[history]![number]!.slice(0, epoch).map((value, i) => ({ epoch: i + 1, value }));
  return { number, status, epoch, curve };
}

/** The configurations before it are trained in full, and it is paused where Optuna was asked. */
function prunes(pruner: Pruner, { history, direction, options }: Case, number: number, epoch: number): boolean {
  const before = Array.from({ length: number }, (_, i) => trialOf(i, recorded.epochs, 'ended', history));
  const trials = [...before, trialOf(number, epoch, 'paused', history)];
  return (
    pruner
      .judge({ options, trials, epochs: recorded.epochs, objective: { direction: direction as 'minimize' } })
      .get(number) === 'prune'
  );
}

function verdictsOf(pruner: Pruner, one: Case): Case['pruned'] {
  return Object.fromEntries(
    Object.entries(one.pruned).map(([epoch, digits]) => [
      epoch,
      [...digits].map((_, number) => (prunes(pruner, one, number, Number(epoch)) ? 1 : 0)).join(''),
    ]),
  );
}

it.each(['percentile', 'patience'] as const)('%s stops whom Optuna stops, at every look', (name) => {
  const pruner = PRUNERS[name]!;
  for (const one of recorded[name]) expect([one.options, verdictsOf(pruner, one)]).toEqual([one.options, one.pruned]);
});

it('looks at a training when Optuna does, but for its first epoch where looks are further apart', () => {
  for (const { options, pruned } of recorded.percentile) {
    const number = options.startupTrials;
    expect(PRUNERS['percentile']!.rungs(options, { epochs: recorded.epochs, number })).toEqual(
      Object.keys(pruned).map(Number),
    );
  }
});

it('median is the percentile of one half', () => {
  const halves = recorded.percentile.filter(({ options: { percentile } }) => percentile === 50);
  expect(halves.length).toBeGreaterThan(0);
  for (const one of halves) expect(verdictsOf(PRUNERS['median']!, one)).toEqual(one.pruned);
});

it('the signed-rank test gives the probabilities of scipy, and wilcoxon stops whom Optuna stops', () => {
  for (const { differences, probability, prune } of recorded.wilcoxon) {
    expect(signedRankProbability(differences)).toBeCloseTo(probability, 12);
    expect(
      wilcoxon.stopsReplicates?.(
        { pThreshold: 0.1, startupSeeds: 2 },
        differences.map((difference) => -difference),
      ),
    ).toBe(prune);
  }
});
