/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import { stepScalars } from '../../../../activities/training/tensorflow/step';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import type { TrainJob } from '../../../../activities/trial/protocol';
import { BATCH, CompiledEngines, difference, RATE } from '../../../support/compiled-engines';
import { createEagerEngine } from '../../../support/eager-engine';
import { finished, measurementOf, trainInProcess, trainerInProcess } from '../../../support/train-in-process';
import { digitsJob, packedDigits, tensorBits, withoutTimes } from '../../../support/trainer';

const weights = Array.from({ length: 10 }, (_, label) => 0.5 + label / 4);

describe('class weights', () => {
  it('weigh the loss of each example, and its gradient, in the compiled engine and op by op', async () => {
    const digits = await CompiledEngines.onDigits();
    try {
      const plain = await digits.plan({ preset: 'mnist-cnn' }, 'sgd', {});
      const weighted = { ...plain, classWeights: weights };
      const { labels } = digits.data.train;
      const ofAll = Int32Array.from({ length: BATCH }, (_, i) => i);
      const engine = digits.compile(weighted);
      engine.load(initialTensors(plain));
      const rows = engine.evaluate('train', ofAll);
      const expected = rows.reduce((sum, [loss, , label]) => sum + weights[label!]! * loss!, 0) / BATCH;
      const eager = createEagerEngine(weighted, digits.data);
      eager.load(initialTensors(plain));
      for (const one of [engine, eager])
        expect(one.step(ofAll, stepScalars(plain, {}, RATE, 0), [5, 0])).toBeCloseTo(expected, 5);
      expect(difference(engine.read(), eager.read())).toBeLessThan(1e-6);

      // Of one class of weight 2.5 a step is 2.5 times as long.
      const ofOne = Int32Array.from(labels.keys()).filter((i) => labels[i] === 8);
      const moved = (plan: typeof plain, rate: number) => {
        const one = digits.compile(plan);
        one.load(initialTensors(plain));
        one.step(ofOne.slice(0, BATCH), stepScalars(plain, {}, rate, 0), [5, 0]);
        return one.read();
      };
      expect(difference(moved(weighted, RATE), moved(plain, 2.5 * RATE))).toBeLessThan(1e-6);
    } finally {
      digits.close();
    }
  });
});

describe('a training with balanced classes', () => {
  const engines: TensorFlowEngine[] = [];
  const engine = (): TensorFlowEngine => {
    engines.push(new TensorFlowEngine());
    return engines.at(-1)!;
  };
  afterEach(() => engines.splice(0).forEach((one) => one.close()));

  it('goes on from a checkpoint within a pass to the bits of one that was never stopped', async () => {
    const digits = await packedDigits();
    const job = (more: Partial<TrainJob> = {}): TrainJob =>
      digitsJob(digits, {
        classWeights: 'balanced',
        sampler: 'balanced',
        trial: {
          limit: { epochs: 2 },
          hparams: { batchSize: 64, mixup: 0.2 },
          evaluate: { validation: 'epoch', test: true },
        },
        ...more,
      });
    const whole = await finished(trainerInProcess(engine()).trainer, job());
    const stopped = await trainInProcess(engine(), job({ checkpointEverySteps: 23 }), { stopAt: 23 });
    expect([stopped.report, stopped.checkpoint?.step]).toEqual([undefined, 23]);
    const resumed = await finished(trainerInProcess(engine()).trainer, job({ resumeFrom: stopped.checkpoint!.path }));
    expect(withoutTimes(measurementOf(resumed))).toEqual(withoutTimes(measurementOf(whole)));
    expect(tensorBits(resumed.weightsPath!)).toEqual(tensorBits(whole.weightsPath!));
    // Neither is another name of a plain training.
    for (const plain of [{ sampler: 'balanced' }, { classWeights: 'balanced' }] as const)
      expect(
        tensorBits(
          (await finished(trainerInProcess(engine()).trainer, digitsJob(digits, { ...plain, trial: job().trial })))
            .weightsPath!,
        ),
      ).not.toEqual(tensorBits(whole.weightsPath!));
  });
});
