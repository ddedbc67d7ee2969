/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { Trainer } from '../../../../activities/training/loop/trainer';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import type { CycledMomentum } from '../../../../workflows/words/schedule';
import type { OptimizerSpec } from '../../../../workflows/words/study';
import type { StepLoss } from '../../../../workflows/words/outcome';
import { digitsJob, type LocalDigits, packedDigits } from '../../../support/trainer';

let digits: LocalDigits;
beforeAll(async () => {
  digits = await packedDigits();
});

const engine = new TensorFlowEngine();
afterAll(() => engine.close());

/** The losses of a short ramp of a small model. */
async function losses(
  optimizer: OptimizerSpec,
  momentum: number,
  cycledMomentum?: CycledMomentum,
): Promise<readonly StepLoss[]> {
  const trainer = new Trainer({ engine, send: () => undefined });
  const end = await trainer.train(
    digitsJob(digits, {
      optimizer,
      model: {
        layers: [
          { className: 'Flatten', config: {} },
          { className: 'Dense', config: { units: 8, activation: 'relu' } },
          { className: 'Dense', config: { units: 10 } },
        ],
      },
      trial: {
        hparams: { momentum },
        limit: { steps: 40 },
        record: { stepLosses: true },
        evaluate: { validation: 'never', test: false },
        schedule: { name: 'ramp', from: 1e-3, to: 0.1, ...(cycledMomentum && { cycledMomentum }) },
      },
    }),
  );
  if (end.type !== 'finished' || end.report.outcome.status !== 'completed')
    throw new Error(`expected a completed training, got ${JSON.stringify(end)}`);
  return end.report.outcome.measurement.stepLosses;
}

const LEVEL: CycledMomentum = { max: 0.6, min: 0.6 };
const FALLING: CycledMomentum = { max: 0.95, min: 0.2 };

it.each(['momentum', 'nesterov', 'rmsprop'] as const)(
  'of %s takes the place of the hyperparameter, step by step',
  async (name) => {
    const fixed = await losses({ name }, 0.6);
    expect(await losses({ name }, 0, LEVEL)).toEqual(fixed);
    expect(await losses({ name }, 0.6, FALLING)).not.toEqual(fixed);
  },
);

it.each(['adam', 'adamw'] as const)('of %s takes the place of beta1', async (name) => {
  const fixed = await losses({ name, beta1: 0.6 }, 0.9);
  expect(await losses({ name, beta1: 0.9 }, 0.9, LEVEL)).toEqual(fixed);
  expect(await losses({ name, beta1: 0.6 }, 0.9, FALLING)).not.toEqual(fixed);
});
