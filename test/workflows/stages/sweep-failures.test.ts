import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { TrialSpec } from '../../../workflows/words/trial';
import { completed, drive, INCUMBENT, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';
import { fresh, planted } from './planted-sweeps';

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
  const network: Network = (spec, facts) =>
    Number(spec.hparams['weightDecay']) === 0 ? OUTCOMES.dead(spec, facts) : planted(0)(spec, facts);
  const decision = regularizationSweep.decide(drive(regularizationSweep, fresh(), { network }));
  expect(decision).toMatchObject({
    confidence: 'low',
    because: expect.stringContaining('while the study as it stood was dead'),
  });
  expect(decision.hparams).not.toEqual(INCUMBENT);
});

describe('a seed that fails', () => {
  const space = { dropoutRate: { choice: [0, 0.2] } };
  const isStudy = ({ hparams }: TrialSpec): boolean => hparams['dropoutRate'] === 0;
  const decideWith = (network: Network) =>
    regularizationSweep.decide(drive(regularizationSweep, fresh({ space }), { network }));
  const third =
    (fails: (spec: TrialSpec) => boolean, network: Network): Network =>
    (spec, facts) =>
      spec.label.includes('seed 3') && fails(spec) ? OUTCOMES.dead(spec, facts) : network(spec, facts);

  it('costs the study as it stands its place, though no mean is clearly better', () => {
    const decision = decideWith(
      third(isStudy, (spec) => completed(isStudy(spec) || spec.label.includes('seed 2') ? 0.3 : 0.2)),
    );
    expect(decision).toMatchObject({ hparams: { dropoutRate: 0.2 }, confidence: 'low' });
    expect(decision.because).toBe(
      'dropoutRate 0.2 (was 0): failed with 0 of 3 seeds, the study as it stood with 1 of 3 seeds; valLoss 0.3 over 1 fresh seed that ended well for both against 0.3 of the study as it stood',
    );
    expect(decision.evidence.warnings).toContain('the study as it stood failed with 1 of 3 seeds: stage/004 dead');
  });

  it('keeps a point from being adopted, however good its other seeds are', () => {
    const decision = decideWith(
      third(
        (spec) => !isStudy(spec),
        (spec) => completed(isStudy(spec) ? 0.3 : 0.1),
      ),
    );
    expect(decision).toMatchObject({
      hparams: INCUMBENT,
      confidence: 'low',
      because:
        'the study stays as it stood: the best of 1 other point failed with 1 of 3 seeds, the study as it stood with 0 of 3 seeds',
    });
    expect(decision.evidence.warnings).toContain('point 1 failed with 1 of 3 seeds: stage/005 dead');
    expect(decision.alternatives).toMatchObject([
      { note: 'valLoss 0.1 over 1 fresh seed; failed with 1 of 3 seeds; 3 s of device time' },
    ]);
  });

  it('leaves the answer to the means, with less confidence, where both have as many', () => {
    const network: Network = (spec) => completed(isStudy(spec) ? 0.3 : 0.1);
    expect(decideWith(network)).toMatchObject({ hparams: { dropoutRate: 0.2 }, confidence: 'high' });
    const decision = decideWith(third(() => true, network));
    expect(decision).toMatchObject({
      hparams: { dropoutRate: 0.2 },
      confidence: 'low',
      because: expect.stringContaining('too few fresh seeds to know their spread'),
    });
  });

  it('puts a point behind those without one', () => {
    const choices = { dropoutRate: { choice: [0, 0.2, 0.4] } };
    const network = third(
      ({ hparams }) => hparams['dropoutRate'] === 0.4,
      ({ hparams }) => completed(0.5 - Number(hparams['dropoutRate'])),
    );
    const { hparams, confidence } = regularizationSweep.decide(
      drive(regularizationSweep, fresh({ space: choices }), { network }),
    );
    expect([hparams['dropoutRate'], confidence]).toEqual([0.2, 'high']);
  });
});

it('says what to do where every trial fails', () => {
  const context = drive(regularizationSweep, fresh({ trials: 4 }), { network: OUTCOMES.diverged });
  expect(() => regularizationSweep.decide(context)).toThrow(
    'no trial of the sweep ended well [stage=stage, trials=4 diverged]: put a lrRangeTest before this stage, or narrow its space',
  );
});

it('has a fix for memory of its own', () => {
  const context = drive(regularizationSweep, fresh({ trials: 4 }), { network: OUTCOMES.outOfMemory });
  expect(() => regularizationSweep.decide(context)).toThrow(
    'trials=4 outOfMemory]: set a smaller batchSize (batchSizeMax, where a batchSizeLadder chooses it), or make the model smaller',
  );
});
