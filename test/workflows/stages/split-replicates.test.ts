import { finalTrain } from '../../../workflows/stages/final-train/stage';
import { lrRetest } from '../../../workflows/stages/lr-retest/stage';
import { STAGE_OPTIONS } from '../../../workflows/stages/options';
import { sweep } from '../../../workflows/stages/sweep/stage';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';
import { SPACE } from './planted-sweeps';

const REPLICATES = { seeds: 4, splits: true };

/** What is left to chance: the seed, and the split. */
const noisy: Network = ({ hparams, seed, split }) =>
  completed(0.1 * Math.exp(0.4 * uniform(deriveSeed(seed, JSON.stringify({ hparams, split })), 0)));

const drawsOf = (trials: readonly Trial[]): ReadonlyMap<number, TrialSpec['split']> =>
  new Map(trials.map(({ spec }) => [spec.seed, spec.split]));

const sweepOf = (options: object = {}) =>
  drive(sweep, contextOf(optionsOf('sweep', { space: SPACE, trials: 8, replicates: REPLICATES, ...options })), {
    network: noisy,
  });

describe('replicates that vary the split', () => {
  it('of a sweep share seed and split with the study as it stands, the search on its own split', () => {
    const { trials } = sweepOf();
    const draws = drawsOf(trials);
    expect(draws.size).toBe(4);
    expect([...draws.values()][0]).toBeUndefined();
    expect(new Set([...draws.values()].map((split) => split?.seed)).size).toBe(4);
    for (const { spec } of trials) expect(spec.split).toEqual(draws.get(spec.seed));
    expect(trials.filter(({ spec }) => spec.split !== undefined)).toHaveLength(4 * 3);
    expect(trials.at(-1)?.spec.label).toMatch(/, seed 4 of 4, another split$/);
  });

  it('are told of, and leave more open than seeds on one split', () => {
    const [split, single] = [sweepOf(), sweepOf({ replicates: 4 })].map((context) => sweep.decide(context));
    expect(split!.because).toContain('over 3 fresh seeds on as many splits');
    expect(single!.because).not.toContain('splits');
    const table = split!.evidence.tables.find(({ title }) => title.startsWith('Smallest difference'));
    expect(table?.rows.map(([by]) => by)).toEqual(['fresh seeds and splits']);
  });

  it('of a re-test pair the rates', () => {
    const context = drive(lrRetest, contextOf(optionsOf('lrRetest', { replicates: REPLICATES })), { network: noisy });
    const draws = drawsOf(context.trials);
    expect(draws.size).toBe(4);
    for (const { spec } of context.trials) expect(spec.split).toEqual(draws.get(spec.seed));
    expect(lrRetest.decide(context).because).toContain('over 4 seeds on as many splits');
  });

  it('of the final training keep its test, and say that their validation differs', () => {
    const options = optionsOf('finalTrain', { replicates: REPLICATES });
    const context = drive(finalTrain, contextOf(options), { network: noisy });
    expect(context.trials.map(({ spec }) => spec.split === undefined)).toEqual([true, false, false, false]);
    expect(context.trials.every(({ spec }) => spec.evaluate.test)).toBe(true);
    const { because, evidence } = finalTrain.decide(context);
    expect(because).toContain('4 seeds on as many splits can show');
    expect(evidence.warnings.join()).toContain('validate on different examples');
  });

  it('are asked for in all of these by one option, of at least two seeds', () => {
    for (const name of ['sweep', 'lrRetest', 'finalTrain'] as const) {
      const parse = (replicates: unknown) =>
        STAGE_OPTIONS[name].safeParse({ ...(name === 'sweep' && { space: SPACE }), replicates }).success;
      expect([3, REPLICATES, { splits: true }].map(parse)).toEqual([true, true, true]);
      expect([0, { seeds: 1, splits: true }, { seeds: 3, split: true }].map(parse)).toEqual([false, false, false]);
    }
  });
});
