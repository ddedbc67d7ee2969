import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { kneeOf } from '../../../workflows/stages/sweep/bend';
import { sweepOptions } from '../../../workflows/stages/sweep/options';
import { formatProblems, parseStudy } from '../../../workflows/spec';
import { contextOf, drive, INCUMBENT, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const space = { units: { integer: [8, 512], log: true }, dropoutRate: { uniform: [0, 0.6] } };

/** More units lower the loss and cost parameters; the rest of it hangs on dropout. */
const network: Network = ({ hparams }) => {
  const units = Number(hparams['units']);
  return {
    status: 'completed',
    measurement: measured(0.1 + 1 / units + (Number(hparams['dropoutRate']) - 0.25) ** 2, { parameters: 1000 * units }),
  };
};

const searched = (options: object) =>
  drive(
    regularizationSweep,
    contextOf(optionsOf('regularizationSweep', { space, trials: 40, replicates: 1, ...options }), {
      incumbent: { ...INCUMBENT, units: 64, dropoutRate: 0.5 },
    }),
    { network },
  );

it.each(['tpe', 'nsga2', 'cmaes'])('a sweep by %s with a second objective tries small models too', (name) => {
  const small = (options: object): number =>
    searched({ sampler: { name }, ...options }).trials.filter(({ spec }) => Number(spec.hparams['units']) < 32).length;
  expect(small({ secondObjective: 'parameters' })).toBeGreaterThan(small({}));
});

it('says what the front is, where its knee lies, and that the answer goes by the objective', () => {
  const { evidence, hparams } = regularizationSweep.decide(
    searched({ sampler: { name: 'tpe' }, secondObjective: 'parameters' }),
  );
  expect(evidence.warnings.join('\n')).toMatch(
    /\d+ of 40 points are on the front of valLoss and parameters, from valLoss \S+ with parameters \S+ to valLoss \S+ with parameters \S+; its knee is stage\/\d+, .*The answer goes by valLoss alone: for another point of the front bound constraints\.parameters/,
  );
  expect(Number(hparams['units'])).toBeGreaterThan(64);
  expect(regularizationSweep.decide(searched({ sampler: { name: 'tpe' } })).evidence.warnings.join()).not.toMatch(
    /front/,
  );
});

it('the knee is where a front bends most, and a straight one has none', () => {
  const front = (...costs: readonly (readonly [number, number])[]) => costs.map((pair) => ({ costs: pair }));
  expect(kneeOf(front([0, 10], [1, 3], [5, 2], [10, 0]))?.costs).toEqual([1, 3]);
  expect(kneeOf(front([0, 10], [5, 5], [10, 0]))).toBeUndefined();
  expect(kneeOf(front([0, 10]))).toBeUndefined();
});

it('is refused with gp, with a terminator, and in a reproducible study where it is measured', () => {
  const rules = (changes: object): unknown =>
    sweepOptions
      .safeParse({ space, secondObjective: 'parameters', ...changes })
      .error?.issues.map(({ message }) => message);
  expect(rules({ sampler: { name: 'nsga2' } })).toBeUndefined();
  expect(rules({ sampler: { name: 'gp' }, terminator: {} })).toEqual([
    'must not be gp with a secondObjective: use tpe or nsga2',
    'must be left out with a secondObjective: it ends a search by the objective alone',
  ]);
  const study = parseStudy({
    name: 'small',
    dataset: { format: 'idx', uri: 'data' },
    model: { preset: 'mnist-cnn' },
    reproducible: true,
    stages: [
      { stage: 'sweep', space: { dropoutRate: { uniform: [0, 0.6] } }, secondObjective: 'peakBytes' },
      { stage: 'finalTrain' },
    ],
  });
  expect(study.ok ? '' : formatProblems(study.problems)).toMatch(
    /^stages\.0\.secondObjective: must be left out of a reproducible/,
  );
});
