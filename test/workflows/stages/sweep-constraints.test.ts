import { formatProblems, parseStudy } from '../../../workflows/spec';
import { sweepOptions } from '../../../workflows/stages/sweep/options';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { Decision } from '../../../workflows/stages/stage';
import { contextOf, drive, INCUMBENT, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

/** More units lower the loss, and cost parameters. */
const network: Network = ({ hparams }) => ({
  status: 'completed',
  measurement: measured(1 / Number(hparams['units']), { parameters: 1000 * Number(hparams['units']) }),
});

function decisionFor(
  constraints: object,
  units = 10,
  values: readonly number[] = [10, 20, 30, 40, 50],
  of: Network = network,
): Decision {
  const options = optionsOf('regularizationSweep', {
    space: { units: { choice: values } },
    sampler: { name: 'grid' },
    trials: values.length + 1,
    constraints,
  });
  return regularizationSweep.decide(
    drive(regularizationSweep, contextOf(options, { incumbent: { ...INCUMBENT, units } }), { network: of }),
  );
}

it('without constraints the best objective wins', () => {
  expect(decisionFor({}).hparams).toMatchObject({ units: 50 });
});

it('of the points that keep a constraint the best wins, and the others are counted', () => {
  const decision = decisionFor({ parameters: { max: 30_000 } });
  expect(decision.hparams).toMatchObject({ units: 30 });
  expect(decision.evidence.warnings).toContain('2 points of 5 broke the constraints');
});

it('a point that keeps a constraint beats a study that does not, whatever its objective', () => {
  const decision = decisionFor({ parameters: { max: 30_000 } }, 50);
  expect(decision.hparams).toMatchObject({ units: 30 });
  expect(decision.because).toBe(
    'units 30 (was 50): the study as it stood has parameters 50000 above 30000, this keeps the constraints; valLoss 0.0333 over 2 fresh seeds against 0.02 of the study as it stood, worse by a factor of 1.67',
  );
});

it('where nothing keeps a constraint, what breaks it least wins, and the answer says so', () => {
  const decision = decisionFor({ parameters: { max: 5000 } }, 50, [20, 30, 40, 50]);
  expect(decision.hparams).toMatchObject({ units: 20 });
  expect(decision.evidence.warnings).toContain(
    'the answer breaks the constraints, and so does all else that ended well: parameters 20000 above 5000',
  );
});

it('a study that keeps a constraint stays where no other point does', () => {
  const decision = decisionFor({ parameters: { max: 10_000 } });
  expect(decision).toMatchObject({
    hparams: { units: 10 },
    because:
      'the study stays as it stood: the best of 4 other points has parameters 20000 above 10000, and the study as it stood keeps the constraints',
  });
});

it('a measured bound is refused in a reproducible study, and one that the model settles is not', () => {
  const problems = (constraints: object): string => {
    const stages = [
      { stage: 'regularizationSweep', space: { dropoutRate: { uniform: [0, 0.6] } }, constraints },
      { stage: 'finalTrain' },
    ];
    const study = parseStudy({
      name: 'small',
      dataset: { format: 'idx', uri: 'data' },
      model: { preset: 'mnist-cnn' },
      reproducible: true,
      stages,
    });
    return study.ok ? '' : formatProblems(study.problems);
  };
  expect(problems({ deviceSeconds: { max: 60 } })).toBe(
    'stages.0.constraints.deviceSeconds: must be left out of a reproducible study: no two runs measure the same, got {"max":60}; bound parameters',
  );
  expect(problems({ parameters: { max: 1e5 } })).toBe('');
});

/** Of units whose macro F1 is a tenth of them, and whose loss falls with them. */
const byMacroF1: Network = ({ hparams }) => {
  const units = Number(hparams['units']);
  const outcome = measured(1 / units);
  const line = { ...outcome.best!, values: { valLoss: 1 / units, valMacroF1: 1 - units / 100 } };
  return { status: 'completed', measurement: { ...outcome, best: line, curve: [line] } };
};

it('a metric besides the objective may be bounded, from the side on which it is worse', () => {
  const decision = decisionFor({ valMacroF1: { min: 0.65 } }, 10, undefined, byMacroF1);
  expect(decision.hparams).toMatchObject({ units: 30 });
  expect(decision.evidence.warnings).toContain('2 points of 5 broke the constraints');
  expect(decisionFor({ valMacroF1: { min: 0.95 } }, 10, undefined, byMacroF1).because).toBe(
    'the study stays as it stood: the best of 4 other points has valMacroF1 0.8 below 0.95, and the study as it stood valMacroF1 0.9 below 0.95',
  );
});

it.each([
  [{ parameters: { max: 0 } }],
  [{ accuracy: { max: 1 } }],
  [{ parameters: 5 }],
  [{ valAccuracy: { max: 0.5 } }],
  [{ valLoss: { min: 0.5 } }],
])('%j is refused', (constraints) => {
  expect(sweepOptions.safeParse({ space: { units: { choice: [1, 2] } }, constraints }).success).toBe(false);
});
