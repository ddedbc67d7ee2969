import { median } from '../../../workflows/analysis/statistics';
import { SAMPLERS } from '../../../workflows/search';
import type { Observation, Space } from '../../../workflows/search';
import { uniform } from '../../../workflows/search/random';
import { formatProblems, parseStudy } from '../../../workflows/spec';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { contextOf, drive, INCUMBENT, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const SPACE: Space = { width: { logUniform: [8, 512] }, rate: { uniform: [0, 1] }, decay: { uniform: [0, 1] } };
const BUDGET_SECONDS = 500;
const SEEDS = 11;

/** A search for as many device seconds; width costs time and changes nothing of the loss. */
function searched(costAware: boolean, seed: number): { readonly best: number; readonly trials: number } {
  const observations: Observation[] = [];
  for (let spent = 0; ;) {
    const index = observations.length;
    const hparams = SAMPLERS.tpe.suggest({
      space: SPACE,
      options: { startupTrials: 10, costAware },
      index,
      seed,
      observations,
      direction: 'minimize',
    });
    const cost = Number(hparams['width']) / 8;
    spent += cost;
    if (spent > BUDGET_SECONDS) break;
    const score = 3 * (Number(hparams['rate']) - 0.3) ** 2 + 2 * (Number(hparams['decay']) - 0.6) ** 2;
    observations.push({ hparams, score: score + 0.02 * uniform(seed, index), cost });
  }
  return { best: Math.min(...observations.map(({ score }) => score!)), trials: observations.length };
}

it('tries more and finds better in the same device time, where what costs time does not help', () => {
  const over = (costAware: boolean) => Array.from({ length: SEEDS }, (_, i) => searched(costAware, i + 1));
  const [aware, blind] = [over(true), over(false)];
  expect(median(aware.map(({ trials }) => trials))).toBeGreaterThan(1.3 * median(blind.map(({ trials }) => trials)));
  expect(median(aware.map(({ best }) => best))).toBeLessThan(0.8 * median(blind.map(({ best }) => best)));
});

it('a sweep weighs by the device seconds that its trainings took', () => {
  const space = { units: { integer: [8, 512], log: true }, dropoutRate: { uniform: [0, 0.6] } };
  const network: Network = ({ hparams }) => ({
    status: 'completed',
    measurement: measured(0.3 + (Number(hparams['dropoutRate']) - 0.25) ** 2, {
      deviceSeconds: Number(hparams['units']) / 8,
    }),
  });
  const secondsOf = (costAware: boolean): number => {
    const options = { space, sampler: { name: 'tpe', costAware }, trials: 40, replicates: 1 };
    const context = contextOf(optionsOf('regularizationSweep', options), { incumbent: { ...INCUMBENT, units: 64 } });
    const { trials } = drive(regularizationSweep, context, { network });
    return trials.reduce((sum, { spec }) => sum + Number(spec.hparams['units']) / 8, 0);
  };
  expect(secondsOf(true)).toBeLessThan(0.8 * secondsOf(false));
});

it('is refused in a reproducible study, whose points rest on no measured time', () => {
  const study = parseStudy({
    name: 'small',
    dataset: { format: 'idx', uri: 'data' },
    model: { preset: 'mnist-cnn' },
    reproducible: true,
    stages: [
      { stage: 'sweep', space: { dropoutRate: { uniform: [0, 0.6] } }, sampler: { name: 'tpe', costAware: true } },
      { stage: 'finalTrain' },
    ],
  });
  expect(study.ok ? '' : formatProblems(study.problems)).toMatch(
    /^stages\.0\.sampler\.costAware: must be left out of a reproducible study/,
  );
});
