import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { chosenKnee } from '../../../workflows/stages/sweep/knee';
import type { Bends } from '../../../workflows/stages/sweep/knee';
import { sweepOptions } from '../../../workflows/stages/sweep/options';
import { ownObservations } from '../../../workflows/stages/sweep/observations';
import { asCost, scaledCost, secondOf } from '../../../workflows/stages/sweep/second';
import { sweepView } from '../../../workflows/stages/sweep/view';
import type { Decision } from '../../../workflows/stages/stage';
import { contextOf, drive, INCUMBENT, measured, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';
import { MINIMAL, problems } from '../spec/parsing';

const space = { units: { integer: [8, 512], log: true }, dropoutRate: { uniform: [0, 0.6] } };
const START = { ...INCUMBENT, units: 64, dropoutRate: 0.5 };

const luckOf = (seed: number, units: number): number => normalQuantile(uniform(deriveSeed(seed, 'luck'), units));

/** The loss is lowest without dropout, macro F1 best with much. */
const trading: Network = ({ hparams }) => {
  const dropout = Number(hparams['dropoutRate']);
  const found = measured(0.1 + dropout ** 2);
  return {
    status: 'completed',
    measurement: {
      ...found,
      best: { ...found.best!, values: { ...found.best!.values, valMacroF1: 0.9 - (0.6 - dropout) ** 2 } },
    },
  };
};

/** More units lower the loss and cost parameters, off by the seed's luck. */
const growing =
  (spread: number): Network =>
  ({ hparams, seed }) => {
    const units = Number(hparams['units']);
    const loss = (0.1 + 1 / units) * Math.exp(spread * luckOf(seed, units));
    return { status: 'completed', measurement: measured(loss, { parameters: 1000 * units }) };
  };

const searched = (options: object, network: Network) =>
  drive(
    regularizationSweep,
    contextOf(optionsOf('regularizationSweep', { space, trials: 40, ...options }), { incumbent: START }),
    { network },
  );

describe('a metric as second objective', () => {
  const options = { secondObjective: 'valMacroF1', sampler: { name: 'nsga2' }, replicates: 1 };
  const context = searched(options, trading);

  it('is taken at the best epoch by the first, and turned so that less is better', () => {
    const found = measured(0.2);
    const later = { ...found.best!, epoch: 9, values: { valLoss: 0.3, valMacroF1: 0.99 } };
    const costs = {
      ...found,
      best: { ...found.best!, values: { valLoss: 0.2, valMacroF1: 0.7 } },
      curve: [...found.curve, later],
    };
    expect(secondOf({ costs }, 'valMacroF1')).toBe(0.7);
    expect(secondOf({ costs }, 'valAuc')).toBeNull();
    expect(secondOf({ costs }, 'parameters')).toBe(found.parameters);
    expect([asCost(0.7, 'valMacroF1'), scaledCost(0.7, 'valMacroF1')]).toEqual([-0.7, -0.7]);
    expect(asCost(0.2, 'valLoss')).toBeCloseTo(Math.log(0.2));
    expect([asCost(50, 'parameters'), scaledCost(50, 'parameters')]).toEqual([50, Math.log(50)]);
  });

  it('is what the sampler sees beside the score, and has the search go where it is good', () => {
    const observations = ownObservations(sweepView(context));
    observations.forEach(({ hparams, second }) =>
      expect(second).toBeCloseTo((0.6 - Number(hparams['dropoutRate'])) ** 2 - 0.9),
    );
    const much = (one: typeof context): number =>
      one.trials.filter(({ spec }) => Number(spec.hparams['dropoutRate']) > 0.3).length;
    expect(much(context)).toBeGreaterThan(much(searched({ ...options, secondObjective: undefined }, trading)));
  });

  it('has a front from the best of one to the best of the other', () => {
    const { evidence, hparams } = regularizationSweep.decide(context);
    expect(evidence.warnings.join('\n')).toMatch(
      /points are on the front of valLoss and valMacroF1, from valLoss 0\.1\d* with valMacroF1 0\.\d+ to valLoss 0\.[34]\d* with valMacroF1 0\.(89|9)\d*/,
    );
    expect(Number(hparams['dropoutRate'])).toBeLessThan(0.1);
  });

  it('is read of trials of which only an outline is kept', () => {
    expect(
      regularizationSweep.metricsRead?.({ options: optionsOf('regularizationSweep', { space, ...options }) }),
    ).toEqual(['valMacroF1']);
  });

  it('must be one of the task, and another than the objective', () => {
    const own = (secondObjective: string, more: object = {}): string =>
      problems({
        ...MINIMAL,
        ...more,
        stages: [
          { stage: 'sweep', space: { dropoutRate: { uniform: [0, 0.6] } }, secondObjective },
          { stage: 'finalTrain' },
        ],
      });
    expect(own('valMacroF1')).toBe('');
    expect(own('valLoss')).toMatch(
      /stages\.0\.secondObjective: must be another than objective\.metric.*, got "valLoss"; take one of valAccuracy, /,
    );
    expect(own('valAccuracy', { objective: { metric: 'valAccuracy' } })).toMatch(
      /must be another than objective\.metric/,
    );
    expect(own('valR2')).toMatch(
      /stages\.0\.secondObjective: must be a metric of the task classification, got "valR2"/,
    );
    expect(own('valMacro')).toMatch(/stages\.0\.secondObjective/);
  });
});

describe('choose: knee', () => {
  const options = { secondObjective: 'parameters', sampler: { name: 'nsga2' }, choose: 'knee' };
  const decided = (spread: number, more: object = {}): Decision & { readonly trained: readonly string[] } => {
    const context = searched({ ...options, ...more }, growing(spread));
    return { ...regularizationSweep.decide(context), trained: context.trials.map(({ spec }) => spec.label) };
  };

  it('answers with the knee, trains its rivals with further seeds, and is never sure of it', () => {
    const { hparams, because, confidence, doubts, trained, evidence } = decided(0.001);
    const objective = decided(0.001, { choose: 'objective' });
    expect(Number(hparams['units'])).toBeLessThan(Number(objective.hparams['units']));
    expect(because).toMatch(
      /units \d+ \(was 64\).*: the knee of the front of valLoss and parameters, valLoss \S+ with parameters \S+ over 3 seeds, against valLoss \S+ with parameters \S+ over 3 seeds of the study as it stood; /,
    );
    expect(confidence).not.toBe('high');
    expect(doubts).toContain('what is a knee hangs on the ranges that were searched');
    expect(trained.filter((label) => label.endsWith('seed 3 of 3'))).toHaveLength(4);
    expect(evidence.warnings.join('\n')).toMatch(/The answer is the knee by all seeds/);
    expect(objective.evidence.warnings.join('\n')).toMatch(/or set choose: knee/);
  });

  it('is a guess where one seed each tells', () => {
    const { confidence, doubts, because } = decided(0.001, { replicates: 1 });
    expect([confidence, doubts?.[0]]).toEqual(['low', 'no fresh seeds']);
    expect(because).toMatch(/seeds do not tell whether that is luck/);
  });

  it('goes by the objective where the front has no knee', () => {
    const straight: Network = ({ hparams }) => {
      const units = Number(hparams['units']);
      return { status: 'completed', measurement: measured(Math.exp(-Math.log(units)), { parameters: units }) };
    };
    const { because, evidence } = regularizationSweep.decide(
      searched({ ...options, replicates: 1, space: { units: { choice: [8, 512] } }, trials: 3 }, straight),
    );
    expect(because).not.toMatch(/knee/);
    expect(evidence.warnings.join('\n')).toMatch(/It has no knee, so that the answer goes by valLoss/);
  });

  it('leaves out points that failed with a seed where others did not', () => {
    const { hparams } = decided(0.001);
    const failing: Network = (spec, facts) =>
      spec.hparams['units'] === hparams['units'] && /seed/.test(spec.label)
        ? OUTCOMES.diverged(spec, facts)
        : growing(0.001)(spec, facts);
    expect(regularizationSweep.decide(searched(options, failing)).hparams['units']).not.toBe(hparams['units']);
  });

  it('needs a second objective, and seeds', () => {
    const rules = (changes: object): unknown =>
      sweepOptions.safeParse({ space, choose: 'knee', ...changes }).error?.issues.map(({ message }) => message);
    expect(rules({})).toEqual(['must not be knee without a secondObjective: set one']);
    expect(rules({ secondObjective: 'parameters', pruner: { name: 'wilcoxon' }, replicates: 6 })).toEqual([
      'must not be knee beside the pruner wilcoxon, which saves the seeds that tell where it lies',
    ]);
    expect(rules({ secondObjective: 'parameters' })).toBeUndefined();
  });
});

describe('what is said of a knee, over 2000 studies', () => {
  const STUDIES = 2000;
  const shareSure = (bends: readonly number[], least: number, isRight: (index: number) => boolean): number => {
    let sure = 0;
    for (let study = 1; study <= STUDIES; study++) {
      const drawn = (point: number, seed: number): number =>
        bends[point]! + 0.1 * normalQuantile(uniform(deriveSeed(study, 'bend', point), seed));
      const candidates = bends.map((_, point): Bends => ({
        first: drawn(point, 0),
        fresh: new Map([1, 2, 3, 4].map((seed) => [seed, drawn(point, seed)])),
      }));
      const { index, probability } = chosenKnee(candidates)!;
      if (isRight(index) && (probability ?? 0) >= least) sure++;
    }
    return sure / STUDIES;
  };

  it('of points that bend a front alike it seldom calls one the knee', () => {
    expect(shareSure([0.3, 0.3, 0.3], 0.95, () => true)).toBeLessThanOrEqual(0.05);
    expect(shareSure([0.3, 0.3, 0.3], 0.8, () => true)).toBeLessThanOrEqual(0.2);
  });

  it('of a point on the line it seldom says that there is a knee', () => {
    expect(shareSure([0], 0.95, () => true)).toBeLessThanOrEqual(0.05);
  });

  it('is sure of a knee that stands out', () => {
    expect(shareSure([0.7, 0.3, 0.3], 0.95, (index) => index === 0)).toBeGreaterThanOrEqual(0.8);
    expect(chosenKnee([])).toBeUndefined();
  });
});
