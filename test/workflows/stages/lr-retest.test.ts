import { lrRetest } from '../../../workflows/stages/lr-retest/stage';
import type { StageContext } from '../../../workflows/stages/stage';
import { uniform } from '../../../workflows/search/random';
import { completed, contextOf, drive, FACTS, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

/** Final loss on a parabola in the logarithm of the rate, with the seed's noise. */
const bowl =
  (best: number, noise = 0): Network =>
  ({ hparams, seed }) =>
    completed(
      0.2 +
        0.05 * Math.log2(Number(hparams['learningRate']) / best) ** 2 +
        noise * (uniform(seed, Math.round(1e7 * Number(hparams['learningRate']))) - 0.5),
    );

const fresh = (options: object = {}) => contextOf(optionsOf('lrRetest', options));
const answer = (network: Network, options: object = {}) =>
  lrRetest.decide(drive(lrRetest, fresh({ replicates: 3, ...options }), { network }));
const rates = ({ trials }: StageContext<unknown>): readonly unknown[] => [
  ...new Set(trials.map(({ spec }) => spec.hparams['learningRate'])),
];

it("compares three rates around the study's, every rate once before any twice", () => {
  const context = drive(lrRetest, fresh(), { network: bowl(1e-3) });
  expect(context.trials.map(({ spec }) => spec.hparams['learningRate'])).toEqual([
    0.5e-3, 1e-3, 2e-3, 0.5e-3, 1e-3, 2e-3,
  ]);
  context.trials.forEach(({ spec }) =>
    expect(spec).toMatchObject({ limit: { epochs: 8 }, evaluate: { validation: 'epoch' } }),
  );
});

it('keeps a rate that is best, and moves to one that is clearly better', () => {
  expect(answer(bowl(1e-3))).toMatchObject({
    hparams: { learningRate: 1e-3 },
    confidence: 'high',
    because: expect.stringMatching(/^0.001 stays/),
  });
  expect(answer(bowl(2e-3))).toMatchObject({
    hparams: { learningRate: 2e-3 },
    confidence: 'high',
    because: expect.stringMatching(/^0.002 instead of 0.001/),
  });
});

it('names what leaves its answer in doubt: few seeds, seeds that differ, a failure beside it, a move on short trainings', () => {
  expect(answer(bowl(1e-3), { replicates: 2 })).toMatchObject({ confidence: 'medium', doubts: ['fewer than 3 seeds'] });
  expect(answer(bowl(2e-3), { epochs: 2 })).toMatchObject({
    confidence: 'medium',
    doubts: ['the rate moves by trainings shorter than those it is for'],
  });
  expect(answer(bowl(1e-3), { epochs: 2 })).toMatchObject({ confidence: 'high' });
  const brittle: Network = (spec, facts) =>
    Number(spec.hparams['learningRate']) > 1.5e-3 ? OUTCOMES.diverged(spec, facts) : bowl(1e-3)(spec, facts);
  expect(answer(brittle)).toMatchObject({ confidence: 'medium', doubts: ['a rate beside it failed'] });
  // The first seed would go elsewhere, by more than the seeds differ on the whole.
  const split: Network = (spec, facts) => bowl(spec.label.includes('seed 1') ? 0.25e-3 : 1e-3)(spec, facts);
  expect(answer(split, { replicates: 5 }).doubts).toContain('the seeds do not agree');
});

it('calls a move by more than a factor of four a guess', () => {
  expect(answer(bowl(8e-3), { factors: [1, 4, 8, 16] })).toMatchObject({
    hparams: { learningRate: 8e-3 },
    confidence: 'low',
    doubts: ['the rate moves by more than a factor of 4'],
  });
});

it('changes least among rates within one standard error of the best', () => {
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

it('tries one rate further while the lowest loss is at an end, at most twice', () => {
  expect(rates(drive(lrRetest, fresh(), { network: bowl(3e-3) }))).toEqual([0.5e-3, 1e-3, 2e-3, 4e-3, 8e-3]);
  const far = drive(lrRetest, fresh(), { network: bowl(1) });
  expect(rates(far)).toEqual([0.5e-3, 1e-3, 2e-3, 4e-3, 8e-3]);
  const decision = lrRetest.decide(far);
  expect(decision).toMatchObject({ hparams: { learningRate: 8e-3 }, confidence: 'low' });
  expect(decision.evidence.warnings.join()).toContain('highest rate tried');
  expect(rates(drive(lrRetest, fresh(), { network: bowl(0.3e-3) }))).toEqual([0.5e-3, 1e-3, 2e-3, 0.25e-3, 0.125e-3]);
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
  expect(context.trials).toHaveLength(6);
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
    /^every learning rate failed \[stage=stage, trials=10 diverged, learningRate=0.001\]: put a lrRangeTest before this stage$/,
  );
});
