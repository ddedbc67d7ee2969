import { withInsights } from '../../../activities/insights';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { completed, drive, FACTS, INCUMBENT } from '../../support/stages';
import type { Network } from '../../support/stages';
import { fresh, planted, search } from './planted-sweeps';

it('finds a planted optimum', () => {
  const context = drive(regularizationSweep, fresh({ trials: 60 }), { network: planted(0.01), parallel: 4 });
  const { hparams, confidence, because } = regularizationSweep.decide(context);
  expect(Math.abs(Math.log10(Number(hparams['weightDecay'])) + 3)).toBeLessThan(1);
  expect(Math.abs(Number(hparams['dropoutRate']) - 0.25)).toBeLessThan(0.2);
  expect(confidence).toBe('high');
  expect(because).toMatch(
    /^weightDecay .* \(was 0\), dropoutRate .* \(was 0\): valLoss .* over 2 fresh seeds against .* of the study as it stood, better by a factor of [\d.]+ \([\d.]+ to [\d.]+; P > 0.99\)$/,
  );
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
    const luck: Network = (spec) =>
      completed(0.3 + 0.1 * uniform(deriveSeed(spec.seed, seed, JSON.stringify(spec.hparams)), 1));
    const context = drive(regularizationSweep, fresh({ trials: 10 }, { seed }), { network: luck });
    const { hparams, because } = regularizationSweep.decide(context);
    if (hparams !== context.incumbent) continue;
    kept += 1;
    expect(because).toMatch(
      /^the study stays as it stood: the best of 9 other points has valLoss [\d.]+ over 2 fresh seeds against/,
    );
  }
  // Half of them are expected: fewer than 5 of 20 has a probability of 0.6 %.
  expect(kept).toBeGreaterThanOrEqual(5);
});

it('keeps the study as it stands on a tie', () => {
  const { hparams, because } = regularizationSweep.decide(
    drive(regularizationSweep, fresh(), { network: () => completed(0.4) }),
  );
  expect(hparams).toEqual(INCUMBENT);
  expect(because).toMatch(/none of the 3 points with further seeds is better by more than a factor of 1 \(95 %\)$/);
});

it('claims no probability from one seed each: it goes by the plain score, and says that nothing more was tried', () => {
  const decision = regularizationSweep.decide(
    drive(regularizationSweep, fresh({ replicates: 1, space: { dropoutRate: { choice: [0, 0.2] } } }), {
      network: ({ hparams }) => completed(hparams['dropoutRate'] === 0 ? 0.3 : 0.2),
    }),
  );
  expect(decision).toMatchObject({
    hparams: { dropoutRate: 0.2 },
    confidence: 'low',
    because:
      'dropoutRate 0.2 (was 0): valLoss 0.2 over 1 seed against 0.3 of the study as it stood: that seed has selected it, and the difference is untested with further seeds',
  });
  expect(decision.evidence.warnings).toContain(
    'the answer rests on one seed each: the best of many single scores is partly luck; set replicates to 3',
  );
  expect(
    decision.evidence.tables.find(({ title }) => title === 'Against the study as it stood')?.rows[0]?.slice(-2),
  ).toEqual([null, null]);
});

it('warns of a best value at the edge of the space, and of a flattered winner', () => {
  const edge: Network = ({ hparams, label }) =>
    completed(1 - Number(hparams['dropoutRate']) + (label.includes('seed') ? 0.2 : 0));
  const space = { dropoutRate: { uniform: [0, 0.6], step: 0.01 } };
  const { evidence } = regularizationSweep.decide(
    drive(regularizationSweep, fresh({ space, trials: 62, sampler: { name: 'grid', levels: 61 } }), { network: edge }),
  );
  expect(evidence.warnings).toEqual(
    expect.arrayContaining([
      'the best dropoutRate, 0.6, is at the high end of its range: widen it to [0, 0.9]',
      expect.stringMatching(
        /^the best point's first valLoss was better by a factor of 1.5 than its mean over 2 further seeds/,
      ),
    ]),
  );
});

it('does not ask for a wider space where the hyperparameter itself ends, or where the study stays as it stood', () => {
  const warningsOf = (shift: number, network: Network) => {
    const context = fresh(
      { space: { shift: { uniform: [0, 0.4], step: 0.01 } }, trials: 42, sampler: { name: 'grid', levels: 41 } },
      { incumbent: { ...INCUMBENT, shift } },
    );
    return regularizationSweep.decide(drive(regularizationSweep, context, { network })).evidence.warnings;
  };
  const lower: Network = ({ hparams }) => completed(0.2 + Number(hparams['shift']));
  expect(warningsOf(0.2, lower)).toEqual([]);
  expect(warningsOf(0.2, ({ hparams }) => completed(1 - Number(hparams['shift'])))).toEqual([
    'the best shift, 0.4, is at the high end of its range: widen it to [0, 0.5]',
  ]);
  expect(
    warningsOf(0.2, ({ hparams }) => completed(hparams['shift'] === 0.2 ? 0.1 : 1 - Number(hparams['shift']))),
  ).toEqual([]);
});

it('goes through a grid, without the point that the study already is', () => {
  const space = { dropoutRate: { choice: [0, 0.2, 0.4] }, flip: { choice: [0, 0.5] } };
  const specs = search(
    drive(regularizationSweep, fresh({ space, sampler: { name: 'grid' } }), { network: planted(0) }),
  );
  expect(specs.map(({ hparams }) => [hparams['dropoutRate'], hparams['flip']])).toEqual([
    [0, 0],
    [0, 0.5],
    [0.2, 0],
    [0.2, 0.5],
    [0.4, 0],
    [0.4, 0.5],
  ]);
});

it('ends where a small space is used up', () => {
  const space = { dropoutRate: { choice: [0, 0.2] }, flip: { choice: [0, 0.5] } };
  expect(search(drive(regularizationSweep, fresh({ space }), { network: planted(0) }))).toHaveLength(4);
});

it('searches less where the budget is small, so that the replication is paid for, and says so', () => {
  const context = drive(regularizationSweep, fresh({}, { remaining: { trials: 14, deviceSeconds: Infinity } }), {
    network: planted(0),
    trialsMax: 14,
  });
  expect(search(context)).toHaveLength(6);
  expect(context.trials).toHaveLength(14);
  expect(regularizationSweep.decide(context).evidence.warnings).toContain('the budget allowed 6 points of 20');
});

it.each([
  ['exactly what it plans', { space: { dropoutRate: { choice: [0, 0.2] } }, trials: 2 }, 6],
  [
    'less than its trials, though the space has no more points',
    { space: { dropoutRate: { choice: [0, 0.2] } }, trials: 20 },
    6,
  ],
  ['exactly its single trainings', { trials: 6, replicates: 1 }, 6],
])('says nothing of a budget that allows %s', (_, options, trials) => {
  const context = drive(regularizationSweep, fresh(options, { remaining: { trials, deviceSeconds: Infinity } }), {
    network: planted(0),
    trialsMax: trials,
  });
  expect(context.trials).toHaveLength(trials);
  expect(context.remaining.trials).toBe(0);
  expect(regularizationSweep.suggest(context)).toBeUndefined();
  expect(regularizationSweep.decide(context).evidence.warnings.join()).not.toContain('budget');
});

it('searches less where time is short, but in a reproducible study only by counts', () => {
  const slow: Network = (spec, facts) =>
    completed(0.4 - (planted(0)(spec, facts).status === 'completed' ? 0.1 : 0), { deviceSeconds: 10 });
  const remaining = { trials: Infinity, deviceSeconds: 150 };
  const short = drive(regularizationSweep, fresh({}, { remaining }), { network: slow });
  expect(search(short).length).toBeLessThan(20);
  expect(regularizationSweep.decide(short).evidence.warnings).toContain(
    `the budget allowed ${search(short).length} points of 20`,
  );
  const facts = { ...FACTS, reproducible: true };
  expect(search(drive(regularizationSweep, fresh({}, { remaining, facts }), { network: slow }))).toHaveLength(20);
});

it('compares by accuracy upwards where that is the objective', () => {
  const facts = { ...FACTS, objective: { metric: 'valAccuracy', direction: 'maximize' } } as const;
  const context = drive(regularizationSweep, fresh({ trials: 40 }, { facts }), { network: planted(0) });
  const { hparams, because } = regularizationSweep.decide(context);
  expect(because).toMatch(/valAccuracy 0.\d+ over 2 fresh seeds/);
  expect(Math.abs(Math.log10(Number(hparams['weightDecay'])) + 3)).toBeLessThan(1.2);
});

it('sums up every hyperparameter with its values before, after and among the best', () => {
  const decision = regularizationSweep.decide(drive(regularizationSweep, fresh(), { network: planted(0) }));
  const { evidence, hparams } = withInsights(decision);
  const table = evidence.tables.find(({ title }) => title === 'Hyperparameters');
  expect(table?.rows.map((row) => row.slice(0, 3))).toEqual([
    ['weightDecay', 0, hparams['weightDecay']],
    ['dropoutRate', 0, hparams['dropoutRate']],
  ]);
  expect(evidence.plots.map(({ title }) => title)).toEqual([
    'Objective by trial',
    'Objective by weightDecay',
    'Objective by dropoutRate',
  ]);
});

it('does not claim that other points failed where none was tried', () => {
  const context = drive(regularizationSweep, fresh(), { network: planted(0), trialsMax: 1 });
  expect(regularizationSweep.decide(context).because).toBe('the study stays as it stood: no other point was tried');
});
