import { lrRetest } from '../../../workflows/stages/lr-retest/stage';
import type { StageContext } from '../../../workflows/stages/stage';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { completed, contextOf, drive, FACTS, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

/** Final loss on a parabola in the logarithm of the rate, with the seed's noise. */
const bowl =
  (best: number, noise = 0, depth = 0.05): Network =>
  ({ hparams, seed }) =>
    completed(
      0.2 +
        depth * Math.log2(Number(hparams['learningRate']) / best) ** 2 +
        noise * (uniform(deriveSeed(seed, String(hparams['learningRate'])), 0) - 0.5),
    );

const fresh = (options: object = {}) => contextOf(optionsOf('lrRetest', options));
const answer = (network: Network, options: object = {}) =>
  lrRetest.decide(drive(lrRetest, fresh(options), { network }));
const rates = ({ trials }: StageContext<unknown>): readonly unknown[] => [
  ...new Set(trials.map(({ spec }) => spec.hparams['learningRate'])),
];

it("compares three rates around the study's, every rate once before any twice", () => {
  const context = drive(lrRetest, fresh(), { network: bowl(1e-3) });
  expect(context.trials.map(({ spec }) => spec.hparams['learningRate'])).toEqual([
    0.5e-3, 1e-3, 2e-3, 0.5e-3, 1e-3, 2e-3, 0.5e-3, 1e-3, 2e-3,
  ]);
  context.trials.forEach(({ spec }) =>
    expect(spec).toMatchObject({ limit: { epochs: 8 }, evaluate: { validation: 'epoch' } }),
  );
});

it('keeps a rate that is best, and moves to one that is clearly better', () => {
  expect(answer(bowl(1e-3, 0.001))).toMatchObject({
    hparams: { learningRate: 1e-3 },
    confidence: 'high',
    because: expect.stringMatching(/^0.001 stays: .* is the best of 3 rates; every other rate is shown to be worse;/),
  });
  expect(answer(bowl(2e-3, 0.001))).toMatchObject({
    hparams: { learningRate: 2e-3 },
    confidence: 'high',
    because: expect.stringMatching(
      /^0.002 instead of 0.001: its valLoss, 0.2 over 3 seeds, is the best of 4 rates; better than the 0.25 at 0.001 \(P > 0.99\); a difference of [\d.]+ % would show in 4 of 5 studies$/,
    ),
  });
});

it('compares by the score of the best epoch and by the objective of the study, as later stages do', () => {
  const network: Network = ({ hparams }) => {
    const rate = Number(hparams['learningRate']);
    const outcome = completed(rate);
    if (!('measurement' in outcome)) throw new Error('expected a measurement');
    const { measurement } = outcome;
    const values = { valLoss: 0.002 / rate, valAccuracy: 0.8 - 100 * Math.abs(rate - 5e-4) };
    const best = { ...measurement.best!, values };
    return { ...outcome, measurement: { ...measurement, best } };
  };
  const chosen = (metric: 'valLoss' | 'valAccuracy'): unknown => {
    const objective = { metric, direction: metric === 'valLoss' ? 'minimize' : 'maximize' } as const;
    const context = contextOf(optionsOf('lrRetest'), { facts: { ...FACTS, objective } });
    return lrRetest.decide(drive(lrRetest, context, { network })).hparams['learningRate'];
  };
  // The last epoch of every training would choose the lowest rate.
  expect(Number(chosen('valLoss'))).toBeGreaterThan(0.1);
  expect(chosen('valAccuracy')).toBe(5e-4);
});

it('names what leaves its answer in doubt: few seeds, a failure beside it, a move on short trainings', () => {
  expect(answer(bowl(1e-3, 0.001), { replicates: 2 })).toMatchObject({
    confidence: 'medium',
    doubts: ['fewer than 3 seeds'],
  });
  expect(answer(bowl(2e-3, 0.001), { epochs: 2 })).toMatchObject({
    confidence: 'medium',
    doubts: ['the rate moves by trainings shorter than those it is for'],
  });
  expect(answer(bowl(1e-3, 0.001), { epochs: 2 })).toMatchObject({ confidence: 'high' });
  const brittle: Network = (spec, facts) =>
    Number(spec.hparams['learningRate']) > 1.5e-3 ? OUTCOMES.diverged(spec, facts) : bowl(1e-3, 0.001)(spec, facts);
  expect(answer(brittle)).toMatchObject({ confidence: 'medium', doubts: ['a rate beside it failed'] });
  expect(answer(bowl(2e-3), { replicates: 1 })).toMatchObject({ confidence: 'low' });
});

it('says that staying is not shown to be right where another rate may be better', () => {
  const { because, confidence, doubts } = answer(bowl(0.7e-3, 0.08, 0.03));
  expect(because).toMatch(/stays: .*; none is shown to be better, and one may be by [\d.]+ %;/);
  expect(confidence).toBe('medium');
  expect(doubts).toEqual(['another rate may be better']);
});

it('stays near where rates are alike, and says which it takes', () => {
  const network: Network = ({ hparams, seed }) =>
    completed(
      0.2 -
        0.001 * Number(hparams['learningRate']) * 1e3 +
        0.1 * uniform(seed, Math.round(1e6 * Number(hparams['learningRate']))),
    );
  const { hparams, because } = lrRetest.decide(drive(lrRetest, fresh({ replicates: 4 }), { network }));
  const moved = Math.abs(Math.log2(Number(hparams['learningRate']) / 1e-3));
  expect(because).toMatch(moved === 0 ? /stays/ : /instead of/);
  expect(moved).toBeLessThan(3);
});

it('goes on beyond the best rate, each twice as far, until a worse or failing one brackets it', () => {
  expect(rates(drive(lrRetest, fresh(), { network: bowl(3e-3) }))).toEqual([0.5e-3, 1e-3, 2e-3, 4e-3, 8e-3]);
  const far = drive(lrRetest, fresh(), { network: bowl(5e-2, 0.001) });
  expect(rates(far)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 64, 128].map((factor) => factor * 1e-3));
  expect(lrRetest.decide(far)).toMatchObject({ hparams: { learningRate: 0.064 }, confidence: 'high' });
  expect(rates(drive(lrRetest, fresh(), { network: bowl(0.1e-3) }))).toEqual([
    0.5e-3, 1e-3, 2e-3, 0.25e-3, 0.125e-3, 0.0625e-3,
  ]);
  const cliff: Network = (spec, facts) =>
    Number(spec.hparams['learningRate']) > 0.1 ? OUTCOMES.diverged(spec, facts) : bowl(1)(spec, facts);
  const stopped = drive(lrRetest, fresh(), { network: cliff });
  expect(rates(stopped).at(-1)).toBe(0.128);
  // One below the last that held: beside a failure a further seed may fail.
  expect(lrRetest.decide(stopped).hparams['learningRate']).toBe(0.032);
});

it('says so where it ends without a bracket', () => {
  const endless = drive(lrRetest, fresh(), { network: bowl(1e6) });
  expect(rates(endless)).toHaveLength(3 + 8);
  const decision = lrRetest.decide(endless);
  expect(decision).toMatchObject({
    hparams: { learningRate: 0.512 },
    confidence: 'low',
    doubts: ['the best rate is at an end of those tried'],
  });
  expect(decision.evidence.warnings).toEqual([
    'the best rate is the highest of the 11 rates tried, and the search ended there: a lrRangeTest would look wider',
  ]);
});

it('never chooses a rate of which one seed failed, and does not look beyond it', () => {
  const network: Network = (spec, facts) =>
    Number(spec.hparams['learningRate']) > 1.5e-3 && spec.label.includes('seed 2')
      ? OUTCOMES.diverged(spec, facts)
      : bowl(1e-1)(spec, facts);
  const context = drive(lrRetest, fresh(), { network });
  const { hparams, evidence } = lrRetest.decide(context);
  expect(hparams['learningRate']).toBe(1e-3);
  expect(evidence.warnings.join()).toContain('training failed at 0.002');
  expect(context.trials).toHaveLength(9);
});

it('does not move up to a rate beside one of which a seed failed, however low its loss', () => {
  const edge =
    (limit: number): Network =>
    (spec, facts) =>
      Number(spec.hparams['learningRate']) > limit ? OUTCOMES.dead(spec, facts) : bowl(1e-1)(spec, facts);
  expect(answer(edge(3e-3))).toMatchObject({
    hparams: { learningRate: 1e-3 },
    because: expect.stringMatching(/^0.001 stays/),
    evidence: {
      warnings: [
        'training failed at 0.004; with schedule.warmupSteps or clipNorm higher rates may hold',
        expect.stringMatching(/^0.002 reached the better valLoss [\d.]+, too near to where training fails/),
      ],
    },
  });
  expect(answer(edge(6e-3))).toMatchObject({ hparams: { learningRate: 2e-3 } });
  // The study's own rate is left only for one that did better.
  expect(answer(edge(1.5e-3))).toMatchObject({ hparams: { learningRate: 1e-3 }, doubts: ['a rate beside it failed'] });
});

it("stretches the study's own schedule over its short trainings", () => {
  const training = {
    ...FACTS.training,
    epochs: 20,
    schedule: { name: 'piecewise', milestones: [{ epoch: 10, factor: 0.1 }], warmupSteps: 50 },
  } as const;
  const spec = lrRetest.suggest({ ...fresh({ epochs: 5 }), facts: { ...FACTS, training } });
  // 5 epochs of 37.5 steps: a tenth of 188.
  expect(spec).toMatchObject({
    limit: { epochs: 5 },
    schedule: { name: 'piecewise', milestones: [{ epoch: 2.5, factor: 0.1 }], warmupSteps: 18 },
  });
});

it('says what to do where every rate fails', () => {
  const context = drive(lrRetest, fresh(), { network: OUTCOMES.diverged });
  expect(() => lrRetest.decide(context)).toThrow(
    /^every learning rate failed \[stage=stage, trials=33 diverged, learningRate=0.001\]: put a lrRangeTest before this stage$/,
  );
});
