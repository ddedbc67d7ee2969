import { meanScore } from '../../../workflows/analysis/scale';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { sweep } from '../../../workflows/stages/sweep/stage';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, optionsOf, OUTCOMES, shuffled } from '../../support/stages';
import type { DriveOptions, Network } from '../../support/stages';
import { SPACE } from './planted-sweeps';

const FOLDS = 5;
const FACTS_OF_FOLDS = { ...FACTS, folds: FOLDS };
const POINTS = 4;

const foldOf = ({ split }: TrialSpec): number => split?.fold ?? 0;
const lossOf = ({ hparams, seed, split }: TrialSpec): number =>
  0.1 * Math.exp(0.4 * uniform(deriveSeed(seed, JSON.stringify({ hparams, split })), 0));
const noisy: Network = (spec) => completed(lossOf(spec));

function run(driving: DriveOptions = {}, options: object = {}, remaining = Infinity) {
  const all = optionsOf('sweep', { space: SPACE, trials: POINTS, replicateTop: 2, ...options });
  const budget = { trials: remaining, deviceSeconds: Infinity };
  const context = contextOf(all, { facts: FACTS_OF_FOLDS, remaining: budget });
  return drive(sweep, context, { network: noisy, ...driving });
}

const points = (trials: readonly Trial[]): readonly (readonly TrialSpec[])[] => {
  const found = new Map<string, TrialSpec[]>();
  for (const { spec } of trials) {
    const key = JSON.stringify([spec.seed, spec.hparams]);
    found.set(key, [...(found.get(key) ?? []), spec]);
  }
  return [...found.values()];
};

describe('a sweep over folds', () => {
  it('trains every point on each fold before the next, and further seeds on folds of their own', () => {
    const { trials } = run();
    const trainings = points(trials);
    expect(trainings).toHaveLength(POINTS + 3 * 2);
    for (const folds of trainings) expect(folds.map(foldOf)).toEqual([0, 1, 2, 3, 4]);
    expect(trials.slice(0, 6).map(({ spec }) => spec.label)).toEqual([
      ...[1, 2, 3, 4, 5].map((fold) => `the study as it stands, fold ${fold} of 5`),
      'point 1, fold 1 of 5',
    ]);
    const drawn = new Map(trainings.map(([first]) => [first!.seed, first!.split?.seed]));
    expect(new Set(drawn.values()).size).toBe(3);
    for (const folds of trainings) for (const { split, seed } of folds) expect(split?.seed).toBe(drawn.get(seed));
    expect(new Set(trials.map(({ spec }) => spec.trialId)).size).toBe(trials.length);
  });

  it('scores a point by the mean over its folds, and says of how many', () => {
    const context = run();
    const { evidence, because } = sweep.decide(context);
    const [, first] = points(context.trials);
    const { rows, columns } = evidence.tables[0]!;
    const mean = meanScore(first!.map(lossOf), FACTS.objective);
    expect(rows.flat()).toContainEqual(expect.closeTo(mean, 6));
    expect(columns.length).toBeGreaterThan(0);
    expect(because).toContain('over 2 fresh seeds of 5 folds each');
  });

  it('asks for the same trainings in whatever order they end', () => {
    const labels = (driving: DriveOptions) =>
      run(driving)
        .trials.map(({ spec }) => spec.label)
        .sort();
    for (const seed of [1, 2])
      expect(labels({ parallel: 4, endsNext: shuffled(seed) })).toEqual(labels({ parallel: 1 }));
  });

  it('gives a point up that fails on a fold', () => {
    const failsOn = (spec: TrialSpec): boolean => foldOf(spec) === 1 && spec.label.startsWith('point 2');
    const context = run({
      parallel: 1,
      network: (spec, facts) => (failsOn(spec) ? OUTCOMES.diverged(spec, facts) : noisy(spec, facts)),
    });
    const counts = points(context.trials).map(({ length }) => length);
    expect(counts.filter((count) => count === 2)).toHaveLength(1);
    expect(sweep.decide(context).evidence.warnings.join()).toContain('1 point of 4 failed: 1 diverged');
  });

  it('counts folds in its plan and its budget, and scores no point that lacks some', () => {
    const { estimate } = sweep;
    const whole = run();
    expect(whole.trials.length).toBeLessThanOrEqual(estimate(whole).trials);
    expect(estimate(whole).trials).toBe((POINTS + 3 * 2) * FOLDS);

    // Two points, and two further seeds of both.
    const tight = run({}, {}, 2 * FOLDS + 3 * 2 * FOLDS);
    expect(points(tight.trials).map(({ length }) => length)).toEqual(Array<number>(6).fill(FOLDS));

    const cut = run({ trialsMax: 13 });
    const decision = sweep.decide(cut);
    expect(points(cut.trials).map(({ length }) => length)).toEqual([5, 5, 3]);
    expect(decision.alternatives.length).toBeLessThan(2);
  });

  it('keeps the weights of all folds of the best training', () => {
    expect(sweep.decide(run()).keepsWeightsOf).toHaveLength(FOLDS);
  });
});
