import { SAMPLERS } from '../../../workflows/search';
import { rankedLosses } from '../../../workflows/search/constrained';
import { median } from '../../../workflows/analysis/statistics';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { TrialSpec } from '../../../workflows/words/trial';
import { contextOf, drive, INCUMBENT, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';
import type { Observation, Sampler } from '../../../workflows/search';

const SPACE = { x: { uniform: [0, 1] }, y: { uniform: [0, 1] }, z: { uniform: [0, 1] } } as const;

/** Best at a corner of the space, while only one draw in 22 costs little enough. */
const lossAt = (at: (name: string) => number): number =>
  (at('x') - 0.8) ** 2 + (at('y') - 0.7) ** 2 + (at('z') - 0.5) ** 2;
const excessAt = (at: (name: string) => number): number => (at('x') + at('y')) / 0.3 - 1;

/** Worse than any loss. */
const NONE_KEPT = 3;

interface Found {
  /** Of the points that keep the constraint. */
  readonly best: number;
  readonly share: number;
}

/** A search; `tells` is what its sampler is told of a point that breaks the constraint. */
function searched(name: string, trials: number, seed: number, tells: 'excess' | 'failure'): Found {
  const sampler = (SAMPLERS as Readonly<Record<string, Sampler>>)[name]!;
  const observations: Observation[] = [];
  const kept: number[] = [];
  for (let index = 0; index < trials; index++) {
    const hparams = sampler.suggest({
      space: SPACE,
      options: { startupTrials: 10 },
      index,
      seed,
      observations,
      direction: 'minimize',
    });
    const at = (dimension: string): number => Number(hparams[dimension]);
    const [score, excess] = [lossAt(at), excessAt(at)];
    if (excess <= 0) kept.push(score);
    observations.push(
      tells === 'failure' ? { hparams, score: excess > 0 ? null : score } : { hparams, score, excesses: [excess] },
    );
  }
  return { best: Math.min(NONE_KEPT, ...kept), share: kept.length / trials };
}

describe.each([
  ['tpe', 50, 9],
  ['cmaes', 50, 9],
  ['gp', 25, 3],
] as const)('%s', (name, trials, seeds) => {
  const over = (tells: 'excess' | 'failure'): Found => {
    const found = Array.from({ length: seeds }, (_, i) => searched(name, trials, i + 1, tells));
    return { best: median(found.map(({ best }) => best)), share: median(found.map(({ share }) => share)) };
  };

  it('that learns by how much points break a constraint keeps it oftener, and finds better, than one that hears of failures', () => {
    const [learning, failing] = [over('excess'), over('failure')];
    expect(learning.share).toBeGreaterThan(2 * failing.share);
    expect(learning.best).toBeLessThan(failing.best);
  });
});

it('ranks what breaks a constraint behind all that keeps it, by how far, and failures not at all', () => {
  const at = (score: number | null | undefined, ...excesses: readonly number[]): Observation => ({
    hparams: {},
    score,
    excesses,
  });
  expect(rankedLosses([at(3, 0), at(1, 0.5), at(5, -1), at(0, 0.1, 0.2), at(null), at(undefined)], 'minimize')).toEqual(
    [3, 7, 5, 6, null, null],
  );
  expect(rankedLosses([at(0.9, -0.5), at(0.99, 2)], 'maximize')).toEqual([-0.9, expect.any(Number)]);
  expect(rankedLosses([at(0.9, -0.5), at(0.99, 2)], 'maximize')[1]).toBeGreaterThan(-0.9);
});

describe('a sweep with a constraint', () => {
  const space = { units: { integer: [1, 1000] }, depth: { integer: [1, 1000] } };
  /** Large models are better; one of 20 keeps the bound. */
  const network: Network = ({ hparams }) => {
    const [units, depth] = [Number(hparams['units']), Number(hparams['depth'])];
    return { status: 'completed', measurement: measured(3 - (units + depth) / 1000, { parameters: units + depth }) };
  };
  const keeping = (name: string): readonly TrialSpec[] => {
    const options = { space, sampler: { name }, trials: 40, replicates: 1, constraints: { parameters: { max: 300 } } };
    const context = contextOf(optionsOf('regularizationSweep', options), {
      incumbent: { ...INCUMBENT, units: 700, depth: 700 },
    });
    return drive(regularizationSweep, context, { network })
      .trials.map(({ spec }) => spec)
      .filter(({ hparams }) => Number(hparams['units']) + Number(hparams['depth']) <= 300);
  };

  it('is spent where it is kept', () => {
    expect(keeping('tpe').length).toBeGreaterThan(4 * Math.max(1, keeping('random').length));
  });
});
