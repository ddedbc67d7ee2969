import { uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { completed, drive } from '../../support/stages';
import type { Network } from '../../support/stages';
import { fresh, planted } from './planted-sweeps';

const decide = (network: Network) => regularizationSweep.decide(drive(regularizationSweep, fresh(), { network }));

it('states the smallest difference that its seeds and its validation set can show', () => {
  const { evidence, because } = decide(planted(0));
  const table = evidence.tables.find(({ title }) => title === 'Smallest difference that can be shown');
  expect(table?.columns).toEqual(['by', 'number', 'factor']);
  expect(table?.rows).toEqual([
    ['fresh seeds', 2, expect.closeTo(1, 6)],
    ['validation examples, at most', 300, expect.any(Number)],
  ]);
  expect(because).not.toContain('can show');
});

it('says so in its reason where nothing was shown', () => {
  const nothing: Network = (spec, facts) =>
    planted(0.5)({ ...spec, hparams: { ...spec.hparams, weightDecay: 1e-3 } }, facts);
  expect(decide(nothing).because).toMatch(
    /2 fresh seeds can show a factor of [\d.]+ or more, 300 validation examples a factor of [\d.]+/,
  );
});

it('warns of a validation set on which next to nothing is wrong', () => {
  const warning = 'the validation set is nearly saturated: at valLoss 0.003 at most 2 of its 300 examples are wrong';
  expect(decide(() => completed(0.003)).evidence.warnings.join()).toContain(warning);
  expect(decide(() => completed(0.3)).evidence.warnings.join()).not.toContain('saturated');
});

it('is never highly sure by a validation set on which next to nothing is wrong, however well the seeds agree', () => {
  const everyPointWorse =
    (scale: number): Network =>
    ({ hparams, seed }) =>
      completed(scale * (hparams['weightDecay'] === 0 ? 1 : 2) * (1 + 0.01 * uniform(seed, 1)));
  expect(decide(everyPointWorse(0.2))).toMatchObject({ confidence: 'high' });
  expect(decide(everyPointWorse(0.002))).toMatchObject({
    confidence: 'medium',
    doubts: ['the validation set is saturated'],
  });
});
