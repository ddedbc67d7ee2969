import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import type { Decision, StageContext } from '../../../workflows/stages/stage';
import { completed, drive, FACTS, INCUMBENT, OUTCOMES, optionsOf, resultOf } from '../../support/stages';
import type { Network } from '../../support/stages';
import { labels, ladder, LARGE, networkOn, rungs } from '../../support/ladder';

type Answer = Decision & { readonly context: StageContext<unknown> };

function answer(options: object, network: Network, changes: Partial<StageContext<unknown>> = {}): Answer {
  const context = drive(batchSizeLadder, ladder(options, changes), { network });
  return { ...batchSizeLadder.decide(context), context };
}

describe('ruleOfThumb', () => {
  it('takes 32, or the 64 that was asked for, verifies it, and races nothing', () => {
    const { context, hparams, because, confidence, doubts } = answer({ strategy: 'ruleOfThumb' }, networkOn());
    expect(labels(context)).toEqual(['rung 32', 'soak 32']);
    expect(hparams).toEqual(INCUMBENT);
    expect(because).toBe(
      '32 is the rule of thumb (Bengio 2012; Masters and Luschi 2018); it fits and trains, and was compared with no other',
    );
    expect([confidence, doubts]).toEqual(['medium', ['no other size was tried']]);
    expect(answer({ strategy: 'ruleOfThumb', sizes: [64] }, networkOn()).hparams['batchSize']).toBe(64);
  });

  it('halves the size until it fits, and until an epoch has steps enough', () => {
    const { context, because } = answer({ strategy: 'ruleOfThumb', sizes: [64] }, networkOn({ fits: 20 }));
    expect(rungs(context)).toEqual([64, 32, 16]);
    expect(because).toContain(
      '16 is the rule of thumb (Bengio 2012; Masters and Luschi 2018), halved from 64 until it fitted',
    );
    const few = answer({ strategy: 'ruleOfThumb' }, networkOn(), { facts: { ...FACTS, trainExamples: 150 } });
    expect(few.hparams['batchSize']).toBe(16);
    expect(few.because).toContain('halved from 32 so that an epoch has at least 8 steps');
  });
});

/** Validation losses by size, off by each seed's luck. */
const scoring =
  (lossOf: (batchSize: number) => number, spread: number, study = 0): Network =>
  (spec, facts) => {
    if (!/^(race|confirmation)/.test(spec.label)) return networkOn()(spec, facts);
    const batchSize = Number(spec.hparams['batchSize']);
    const luck = normalQuantile(uniform(deriveSeed(spec.seed, 'luck', study), batchSize));
    return completed(lossOf(batchSize) * Math.exp(spread * luck));
  };

const GRID = { strategy: 'grid', sizes: [128, 16, 32] };

describe('grid', () => {
  it("trains every size listed to equal epochs under the study's schedule, and compares by the objective", () => {
    const schedule = { name: 'cosine', warmupSteps: 20, finalFactor: 0 } as const;
    const facts = { ...LARGE, training: { ...LARGE.training, schedule } };
    const { context, hparams, because } = answer(
      GRID,
      scoring((size) => 1 / size, 0.01),
      { facts },
    );
    expect(rungs(context)).toEqual([16, 32, 128]);
    const race = context.trials.filter(({ spec }) => spec.label.startsWith('race'));
    expect(race).toHaveLength(6);
    race.forEach(({ spec }) =>
      expect(spec).toMatchObject({ limit: { epochs: 3 }, schedule: { name: 'cosine' }, stop: { dead: true } }),
    );
    expect(hparams).toMatchObject({ batchSize: 128, learningRate: 0.002 });
    expect(because).toMatch(
      /^128 of the grid has valLoss 0.00779 after 3 epochs, against 0.0309 at 32; over 4 fresh seeds it is better by a factor of (4|3.9\d|4.0\d) \(P > 0.99\); these seeds can show a factor of 1.0\d+; the learning rate/,
    );
  });

  it("lets the study's own size stay where no other is shown to be better, and bounds what another could be", () => {
    const { hparams, because, confidence } = answer(
      GRID,
      scoring((size) => (size === 32 ? 0.1 : 0.3), 0.05),
    );
    expect([hparams['batchSize'], confidence]).toEqual([32, 'high']);
    expect(because).toMatch(
      /^32 stays with valLoss .* and no other size of the grid is as good \(95 %\); these seeds can show a factor of 1\.\d+$/,
    );
  });

  it('is calibrated: of equally good sizes it seldom calls one better', () => {
    const studies = 2000;
    const context = ladder(GRID);
    const begun = drive(batchSizeLadder, context, { network: networkOn() }).trials.filter(({ spec }) =>
      spec.label.startsWith('rung'),
    );
    const found = { high: 0, medium: 0, low: 0 };
    for (let study = 1; study <= studies; study++) {
      let now = { ...context, seed: study, trials: begun };
      const network = scoring(() => 0.1, 0.3, study);
      for (let spec = batchSizeLadder.suggest(now); spec !== undefined; spec = batchSizeLadder.suggest(now))
        now = { ...now, trials: [...now.trials, { spec, result: resultOf(spec, network(spec, LARGE)) }] };
      const { hparams, confidence } = batchSizeLadder.decide(now);
      if (hparams['batchSize'] !== 32) found[confidence]++;
    }
    expect(found.high / studies).toBeLessThanOrEqual(0.05);
    expect(found.medium / studies).toBeLessThanOrEqual(0.2);
  });

  it('goes on without a size that does not train at any rate', () => {
    const network: Network = (spec, facts) =>
      spec.label.startsWith('race 128')
        ? OUTCOMES.diverged(spec, facts)
        : scoring((size) => 1 / size, 0.01)(spec, facts);
    expect(answer(GRID, network).hparams['batchSize']).toBe(32);
  });
});

it('reads sizes where a strategy does, and says so elsewhere', () => {
  const problem = (options: object): string => {
    try {
      optionsOf('batchSizeLadder', options);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(problem({ strategy: 'grid', sizes: [32, 32] })).toContain('at least two sizes for strategy grid');
  expect(problem({ strategy: 'grid' })).toContain('at least two sizes for strategy grid');
  expect(problem({ strategy: 'ruleOfThumb', sizes: [48] })).toContain('[32] or [64]');
  expect(problem({ sizes: [32, 64] })).toContain('not by timeToTarget: leave it out');
});
