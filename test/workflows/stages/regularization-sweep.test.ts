import { deriveSeed, uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/regularization-sweep/stage';
import type { StageContext } from '../../../workflows/stages/stage';
import type { HParams } from '../../../workflows/trial';
import { completed, contextOf, drive, FACTS, INCUMBENT, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

const SPACE = { weightDecay: { logUniform: [1e-6, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };

/** Best at weightDecay 1e-3 and dropoutRate 0.25; the noise is the seed's. */
const planted = (noise: number): Network => ({ hparams, seed }) => {
  const decay = Math.log10(Math.max(1e-7, Number(hparams['weightDecay']))) + 3;
  const dropout = (Number(hparams['dropoutRate']) - 0.25) / 0.3;
  const luck = uniform(deriveSeed(seed, JSON.stringify(hparams)), 0) - 0.5;
  return completed(0.3 + 0.05 * decay ** 2 + 0.1 * dropout ** 2 + noise * luck);
};

const fresh = (options: object = {}, changes: Partial<StageContext<unknown>> = {}) => contextOf(optionsOf('regularizationSweep', { space: SPACE, trials: 20, ...options }), changes as object);
const search = ({ trials }: StageContext<unknown>) => trials.filter(({ spec }) => spec.seed === trials[0]?.spec.seed).map(({ spec }) => spec);

it('finds a planted optimum', () => {
  const context = drive(regularizationSweep, fresh({ trials: 60 }), { network: planted(0.01), parallel: 4 });
  const { hparams, confidence, because } = regularizationSweep.decide(context);
  expect(Math.abs(Math.log10(Number(hparams['weightDecay'])) + 3)).toBeLessThan(1);
  expect(Math.abs(Number(hparams['dropoutRate']) - 0.25)).toBeLessThan(0.2);
  expect(confidence).toBe('high');
  expect(because).toMatch(/^weightDecay .* \(was 0\), dropoutRate .* \(was 0\): mean valLoss .* against .* of the study as it stood, better with 3 of 3 seeds \(P = 1.00\)$/);
});

it('trains the study as it stands first, then distinct points, all from the same seed', () => {
  const specs = search(drive(regularizationSweep, fresh(), { network: planted(0) }));
  expect(specs).toHaveLength(20);
  expect(specs[0]?.hparams).toEqual(INCUMBENT);
  expect(new Set(specs.map(({ hparams }) => JSON.stringify(hparams))).size).toBe(20);
});

it('trains the best three and the study as it stands with two further seeds', () => {
  const context = drive(regularizationSweep, fresh(), { network: planted(0.02) });
  const further = context.trials.slice(20).map(({ spec }) => spec);
  const points = new Set(further.map(({ hparams }) => JSON.stringify(hparams)));
  expect(further).toHaveLength(8);
  expect(points.size).toBe(4);
  expect(points.has(JSON.stringify(INCUMBENT))).toBe(true);
});

it('keeps the study as it stands where nothing but luck is better', () => {
  let kept = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const luck: Network = (spec) => completed(0.3 + 0.1 * uniform(deriveSeed(spec.seed, seed, JSON.stringify(spec.hparams)), 1));
    const context = drive(regularizationSweep, fresh({ trials: 10 }, { seed }), { network: luck });
    const { hparams, because } = regularizationSweep.decide(context);
    if (hparams !== context.incumbent) continue;
    kept += 1;
    expect(because).toMatch(/^the study stays as it stood: the best of 9 other points has mean valLoss/);
  }
  // Half of them are expected: fewer than 5 of 20 has a probability of 0.6 %.
  expect(kept).toBeGreaterThanOrEqual(5);
});

it('keeps the study as it stands on a tie', () => {
  const { hparams, because } = regularizationSweep.decide(drive(regularizationSweep, fresh(), { network: () => completed(0.4) }));
  expect(hparams).toEqual(INCUMBENT);
  expect(because).toContain('which is not better');
});

it('takes failures for the worst, and never adopts a point of which a seed failed', () => {
  const network: Network = (spec, facts) => {
    if (Number(spec.hparams['weightDecay']) > 1e-3) return OUTCOMES.diverged(spec, facts);
    if (spec.label.includes('seed 3') && spec.label.startsWith('point')) return OUTCOMES.outOfMemory(spec, facts);
    return planted(0)(spec, facts);
  };
  const context = drive(regularizationSweep, fresh(), { network });
  const { hparams, evidence } = regularizationSweep.decide(context);
  const adopted = context.trials.filter(({ spec }) => JSON.stringify(spec.hparams) === JSON.stringify(hparams));
  expect(adopted.every(({ result }) => result?.outcome.status === 'completed')).toBe(true);
  expect(evidence.warnings.join()).toMatch(/points of 20 failed: \d+ diverged/);
});

it('goes on without the study as it stands where that failed', () => {
  const network: Network = (spec, facts) => (Number(spec.hparams['weightDecay']) === 0 ? OUTCOMES.dead(spec, facts) : planted(0)(spec, facts));
  const decision = regularizationSweep.decide(drive(regularizationSweep, fresh(), { network }));
  expect(decision).toMatchObject({ confidence: 'low', because: expect.stringContaining('while the study as it stood was dead') });
  expect(decision.hparams).not.toEqual(INCUMBENT);
});

it('warns of a best value at the edge of the space, and of a flattered winner', () => {
  const edge: Network = ({ hparams, label }) => completed(1 - Number(hparams['dropoutRate']) + (label.includes('seed') ? 0.2 : 0));
  const space = { dropoutRate: { uniform: [0, 0.6], step: 0.01 } };
  const { evidence } = regularizationSweep.decide(drive(regularizationSweep, fresh({ space, trials: 62, sampler: { name: 'grid', levels: 61 } }), { network: edge }));
  expect(evidence.warnings).toEqual(expect.arrayContaining([
    'the best dropoutRate, 0.6, is at the high end of its range: widen the space',
    expect.stringMatching(/^the best point's first valLoss was better by 0.2 than its mean over 2 further seeds/),
  ]));
});

it('goes through a grid, without the point that the study already is', () => {
  const space = { dropoutRate: { choice: [0, 0.2, 0.4] }, flip: { choice: [0, 0.5] } };
  const specs = search(drive(regularizationSweep, fresh({ space, sampler: { name: 'grid' } }), { network: planted(0) }));
  expect(specs.map(({ hparams }) => [hparams['dropoutRate'], hparams['flip']])).toEqual([[0, 0], [0, 0.5], [0.2, 0], [0.2, 0.5], [0.4, 0], [0.4, 0.5]]);
});

it('ends where a small space is used up', () => {
  const space = { dropoutRate: { choice: [0, 0.2] }, flip: { choice: [0, 0.5] } };
  expect(search(drive(regularizationSweep, fresh({ space }), { network: planted(0) }))).toHaveLength(4);
});

it('searches less where the budget is small, so that the replication is paid for, and says so', () => {
  const context = drive(regularizationSweep, fresh({}, { remaining: { trials: 14, deviceSeconds: Infinity } }), { network: planted(0), trialsMax: 14 });
  expect(search(context)).toHaveLength(6);
  expect(context.trials).toHaveLength(14);
  expect(regularizationSweep.decide(context).evidence.warnings).toContain('the budget allowed 6 points of 20');
});

it('searches less where time is short, but in a reproducible study only by counts', () => {
  const slow: Network = (spec, facts) => (completed(0.4 - (planted(0)(spec, facts).status === 'completed' ? 0.1 : 0), { deviceSeconds: 10 }));
  const remaining = { trials: Infinity, deviceSeconds: 150 };
  expect(search(drive(regularizationSweep, fresh({}, { remaining }), { network: slow })).length).toBeLessThan(20);
  const facts = { ...FACTS, reproducible: true };
  expect(search(drive(regularizationSweep, fresh({}, { remaining, facts }), { network: slow }))).toHaveLength(20);
});

it('compares by accuracy upwards where that is the objective', () => {
  const facts = { ...FACTS, objective: { metric: 'valAccuracy', direction: 'maximize' } } as const;
  const context = drive(regularizationSweep, fresh({ trials: 40 }, { facts }), { network: planted(0) });
  const { hparams, because } = regularizationSweep.decide(context);
  expect(because).toContain('mean valAccuracy');
  expect(Math.abs(Math.log10(Number(hparams['weightDecay'])) + 3)).toBeLessThan(1.2);
});

it('sums up every hyperparameter with its values before, after and among the best', () => {
  const { evidence, hparams } = regularizationSweep.decide(drive(regularizationSweep, fresh(), { network: planted(0) }));
  const table = evidence.tables.find(({ title }) => title === 'Hyperparameters');
  expect(table?.rows.map((row) => row.slice(0, 3))).toEqual([['weightDecay', 0, hparams['weightDecay']], ['dropoutRate', 0, hparams['dropoutRate']]]);
  expect(evidence.plots.map(({ title }) => title)).toEqual(['Objective by trial', 'Objective by weightDecay', 'Objective by dropoutRate']);
});

it('says what to do where every trial fails', () => {
  const context = drive(regularizationSweep, fresh({ trials: 4 }), { network: OUTCOMES.diverged });
  expect(() => regularizationSweep.decide(context)).toThrow('no trial of the sweep ended well [stage=stage, trials=4 diverged]: put a lrRangeTest before this stage, or narrow its space');
});
