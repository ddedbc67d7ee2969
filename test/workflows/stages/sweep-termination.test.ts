import { mean } from '../../../workflows/analysis/statistics';
import { pointsAfter } from '../../../workflows/search/points-question';
import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { sweepOptions } from '../../../workflows/stages/sweep/options';
import type { SweepOptions } from '../../../workflows/stages/sweep/options';
import type { StageContext } from '../../../workflows/stages/stage';
import type { HParams } from '../../../workflows/words/trial';
import { completed, contextOf, drive, INCUMBENT, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const SPACE = { a: { uniform: [0, 1] }, b: { uniform: [0, 1] }, c: { uniform: [0, 1] } };
const TRIALS = 60;

/** Logarithm of the loss without noise, above its lowest: up to about 4. */
const regret = ({ a, b, c }: HParams): number =>
  6 * (Number(a) - 0.3) ** 2 + 3 * (Number(b) - 0.6) ** 2 + (Number(c) - 0.5) ** 2;

const noisy =
  (noise: number, study: number): Network =>
  ({ hparams, seed }) =>
    completed(
      0.1 *
        Math.exp(
          regret(hparams) +
            noise * normalQuantile(0.001 + 0.998 * uniform(deriveSeed(study, seed, JSON.stringify(hparams)), 1)),
        ),
    );

function searched(noise: number, study: number, options: object): StageContext<SweepOptions> {
  const all = { space: SPACE, sampler: { name: 'tpe' }, trials: TRIALS, replicates: 1, ...options };
  const context = contextOf(optionsOf('regularizationSweep', all), {
    incumbent: { ...INCUMBENT, a: 0.9, b: 0.1, c: 0.1 },
    seed: study,
  });
  return drive(regularizationSweep, context, { network: noisy(noise, study), parallel: 1 });
}

const scoreOf = (context: StageContext<SweepOptions>, trial: number): number => {
  const outcome = context.trials[trial]?.result?.outcome;
  return outcome?.status === 'completed' ? outcome.measurement.best!.values.valLoss! : Infinity;
};

/** What is truly lost at the best point of the first so many trials. */
function lostAfter(context: StageContext<SweepOptions>, trials: number): number {
  const indexes = Array.from({ length: trials }, (_, i) => i);
  const best = indexes.reduce((a, b) => (scoreOf(context, b) < scoreOf(context, a) ? b : a));
  return regret(context.trials[best]!.spec.hparams);
}

it('saves a quarter of the trials and more where seeds differ as little as a twentieth of the range, and loses less than the noise', () => {
  const noise = 0.2;
  const studies = [1, 2, 3, 4].map((study) => {
    const whole = searched(noise, study, {});
    const ended = searched(noise, study, { terminator: {} }).trials.length;
    return { ended, lost: lostAfter(whole, ended) - lostAfter(whole, TRIALS) };
  });
  expect(mean(studies.map(({ ended }) => ended))).toBeLessThan(0.75 * TRIALS);
  expect(mean(studies.map(({ lost }) => lost))).toBeLessThan(noise / 2);
  studies.forEach(({ ended }) => expect(ended).toBeGreaterThanOrEqual(20));
});

it('ends no search whose scores have no noise before it has found the best', () => {
  const context = searched(0, 1, { terminator: {} });
  expect(lostAfter(context, context.trials.length)).toBeLessThan(0.02);
});

it('says why the search ended, and nothing where it did not', () => {
  const warnings = (context: StageContext<SweepOptions>): readonly string[] =>
    regularizationSweep.decide(context).evidence.warnings;
  const ended = searched(0.4, 1, { terminator: {} });
  expect(warnings(ended)).toContain(
    `the search ended after ${ended.trials.length} of ${TRIALS} points: no further one was expected to improve valLoss by more than 0.25 times the noise`,
  );
  expect(warnings(searched(0.4, 1, { trials: 12, terminator: {} })).join()).not.toMatch(/the search ended/);
});

it('answers outside of the workflow as in it: nothing, and nothing after that', () => {
  const scores = Array.from({ length: 24 }, (_, i) => uniform(3, i));
  const points = pointsAfter({
    sampler: { name: 'random' },
    space: SPACE as never,
    seed: 1,
    index: 24,
    direction: 'minimize',
    terminator: { improvementToNoise: 10, minTrials: 20 },
    incumbent: {},
    observations: scores.map((score, i) => ({
      score,
      hparams: { a: uniform(4, i), b: uniform(5, i), c: uniform(6, i) },
    })),
  });
  expect([...points]).toEqual([null]);
});

it('is refused beside a pruner that pauses trainings', () => {
  const rules = (pruner: object): unknown =>
    sweepOptions
      .safeParse({ space: SPACE, replicates: 5, terminator: {}, pruner })
      .error?.issues.map(({ message }) => message);
  expect(rules({ name: 'wilcoxon' })).toBeUndefined();
  expect(rules({ name: 'asha' })).toEqual([
    'must be left out beside the pruner asha: it tells the noise of whole trainings only',
  ]);
});
