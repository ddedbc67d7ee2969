import { sweep } from '../../../workflows/stages/sweep/stage';
import { drive } from '../../support/stages';
import { fresh, planted } from './planted-sweeps';

const driven = (keepWeights?: string) =>
  drive(sweep, fresh({ trials: 8, ...(keepWeights !== undefined && { keepWeights }) }), { network: planted(0.02) });

it('keeps the weights of the best training at the point that it decides on', () => {
  const context = driven();
  const { hparams, keepsWeightsOf } = sweep.decide(context);
  const at = context.trials.filter(({ spec }) => spec.hparams === hparams);
  const losses = at.map(({ result }) =>
    result?.outcome.status === 'completed' ? result.outcome.measurement.best?.values.valLoss : null,
  );
  const best = at[losses.indexOf(Math.min(...losses.map(Number)))];
  expect(at.length).toBeGreaterThan(1);
  expect(keepsWeightsOf).toEqual([best?.spec.trialId]);
  expect(context.trials.some(({ spec }) => spec.discardWeights)).toBe(false);
});

it('keeps all where it is asked to, and stores none where nobody wants them', () => {
  expect(sweep.decide(driven('all'))).not.toHaveProperty('keepsWeightsOf');
  const { trials } = driven('none');
  expect(trials.every(({ spec }) => spec.discardWeights)).toBe(true);
});
